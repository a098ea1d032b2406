package dev.ila.search;

import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.train.History;
import java.util.List;
import java.util.Optional;

/**
 * What stage 2 has learned; of several masks the best.
 *
 * @param ranking of the layers with a Δθᵢ
 * @param history with this mask's steps, none of another's
 * @param sparsity that it was learned by
 * @param choice of it, if there were several
 */
record LearnedMask(
        Ranking ranking, History history, double sparsity, Optional<Sparsity.Choice> choice) {
    /**
     * With its course.
     *
     * @param after s after each step of all masks
     */
    Session.Masked masked(Ila.MaskSettings how, List<LinearLayer> layers, List<float[]> after) {
        int before = choice.map(Sparsity.Choice::best).orElse(0) * how.steps();
        MaskCourse course = new MaskCourse(layers, how.initial(after.get(0).length));
        // Where the last step of a mask was, the next one's start is by then.
        after.subList(before, before + how.steps() - 1).forEach(course::add);
        float[] end = after.get(before + how.steps() - 1).clone();
        ranking.scores().forEach(s -> end[s.layer().index()] = (float) s.logit());
        course.add(end);
        return new Session.Masked(ranking, course, history, sparsity);
    }
}
