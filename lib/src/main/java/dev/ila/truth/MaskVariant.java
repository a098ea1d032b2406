package dev.ila.truth;

import dev.ila.rank.Correlation;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import dev.ila.search.Ila;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Other ways to learn the mask of a change that is there, which might say more than the paper's.
 * Each begins from a search's settings of stage 2 and alters what its name says.
 */
public enum MaskVariant {
    /** Every logit begins at 0, where σ is steepest and layers stand half way. */
    FROM_ZERO("mask-from-0") {
        @Override
        Contender learn(Masks with) {
            Ila.MaskSettings s = with.settings();
            Masks.Course course =
                    with.course(new Ila.MaskSettings(0, s.rate(), s.steps(), s.sparsity()), 0);
            return with.contender(this, course.ranking(s.steps()), s.steps(), List.of(course));
        }
    },
    /** The same at ten times the rate: what finds planted layers best. */
    FROM_ZERO_FAST("mask-from-0-fast") {
        @Override
        Contender learn(Masks with) {
            Ila.MaskSettings s = with.settings();
            Masks.Course course =
                    with.course(
                            new Ila.MaskSettings(0, FASTER * s.rate(), s.steps(), s.sparsity()), 0);
            return with.contender(this, course.ranking(s.steps()), s.steps(), List.of(course));
        }
    },
    /** Goes on until the highest and the lowest σ(s) are 0.2 apart, for 512 steps at most. */
    APART("mask-apart") {
        @Override
        Contender learn(Masks with) {
            Ila.MaskSettings s = with.settings();
            Masks.Course course =
                    with.course(
                            new Ila.MaskSettings(s.start(), s.rate(), MOST, s.sparsity()), SPREAD);
            if (course.spread() < SPREAD) {
                with.note(
                        String.format(
                                Locale.ROOT,
                                "%s: after %d steps masks are %.3f apart, not %.1f",
                                key(),
                                course.steps(),
                                course.spread(),
                                SPREAD));
            }
            return with.contender(
                    this, course.ranking(course.steps()), course.steps(), List.of(course));
        }
    },
    /** The mean logits of five orders of the batches. */
    ORDERS("mask-5-orders") {
        @Override
        Contender learn(Masks with) {
            Ila.MaskSettings s = with.settings();
            double[] sum = new double[with.layers().size()];
            List<Masks.Course> courses = new ArrayList<>();
            for (int order = 0; order < ORDERS_MEANT; order++) {
                Masks.Course course = with.course(s, order, 0);
                double[] logits = course.logits(s.steps());
                Arrays.setAll(sum, i -> sum[i] + logits[i] / ORDERS_MEANT);
                courses.add(course);
            }
            Ranking ranking = Ranking.ofMask(with.layers(), sum);
            return with.contender(this, ranking, s.steps(), courses);
        }
    },
    /** Stops when rankings 16 steps apart have Kendall's τ of 0.95. */
    SETTLED("mask-settled") {
        @Override
        Contender learn(Masks with) {
            Ila.MaskSettings s = with.settings();
            Masks.Course course = with.course(s, 0);
            int step = CHECK;
            while (step + CHECK <= s.steps()
                    && Correlation.kendall(course.ranking(step), course.ranking(step + CHECK))
                            < SETTLES) {
                step += CHECK;
            }
            int end = Math.min(step + CHECK, s.steps());
            boolean settled = step + CHECK <= s.steps(); // else the loop above ran out of steps
            with.note(
                    settled
                            ? String.format(Locale.ROOT, "%s: after %d steps", key(), end)
                            : String.format(
                                    Locale.ROOT, "%s: not settled in %d steps", key(), end));
            return with.contender(this, course.ranking(end), end, List.of(course));
        }
    },
    /**
     * Sparsity of 0, 0.1, 0.3, 1 or 3: the one whose most important 75 % of layers alone have the
     * lowest loss on conversations that the mask was not trained on.
     */
    SPARSE("mask-sparse") {
        @Override
        Contender learn(Masks with) {
            Ila.MaskSettings s = with.settings();
            List<Ila.MaskSettings> each = s.with(PULLS).each();
            List<Masks.Course> courses = each.stream().map(how -> with.course(how, 0)).toList();
            int best = with.choose(courses).best();
            Masks.Course course = courses.get(best);
            with.note(
                    String.format(
                            Locale.ROOT,
                            "%s: sparsity %s%s",
                            key(),
                            each.get(best).sparsity(),
                            with.decided(course, each.get(best))));
            return with.contender(this, course.ranking(s.steps()), s.steps(), courses);
        }
    };

    private static final double FASTER = 10;
    private static final int MOST = 512;
    private static final double SPREAD = 0.2;
    private static final int ORDERS_MEANT = 5;
    private static final int CHECK = 16;
    private static final double SETTLES = 0.95;
    private static final List<Double> PULLS = List.of(0.0, 0.1, 0.3, 1.0, 3.0);

    private final String key;

    MaskVariant(String key) {
        this.key = key;
    }

    /** Its name in a command. */
    public String key() {
        return key;
    }

    /** The most steps that it makes, where the run's mask makes so many. */
    int steps(int usual) {
        return switch (this) {
            case APART -> MOST;
            case ORDERS -> ORDERS_MEANT * usual;
            case SPARSE -> PULLS.size() * usual;
            default -> usual;
        };
    }

    /** Learns the mask. */
    abstract Contender learn(Masks with);

    /**
     * The variant of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static MaskVariant named(String key) {
        List<String> keys = Arrays.stream(values()).map(MaskVariant::key).toList();
        Require.that(keys.contains(key), key, "--masks", "of " + String.join(", ", keys));
        return values()[keys.indexOf(key)];
    }
}
