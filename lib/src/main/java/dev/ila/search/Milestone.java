package dev.ila.search;

import dev.ila.run.Require;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A point of stage 1 at which layers are ranked too, to see from when on the ranking is the end's.
 *
 * @param name as {@code 50 %} of the steps of stage 1, or {@code 20 steps} after warm-up
 */
public record Milestone(String name) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6}) ?(%|steps?)");

    /** Checks the form. */
    public Milestone {
        Matcher form = FORM.matcher(name);
        Require.that(
                form.matches(),
                name,
                "milestone",
                "as \"50 %\" of stage 1 or \"20 steps\" after warm-up");
        int amount = Integer.parseInt(form.group(1));
        Require.that(
                amount >= 1 && (!name.endsWith("%") || amount < 100),
                name,
                "milestone",
                "at least 1, and below 100 %");
    }

    private int amount() {
        return Integer.parseInt(name.replaceAll("\\D", ""));
    }

    private boolean share() {
        return name.endsWith("%");
    }

    /** Of its files: {@code share-50} or {@code steps-20}. */
    String file() {
        return (share() ? "share-" : "steps-") + amount();
    }

    /**
     * Whether Δθ after this step may be it; of a share it is not known before stage 1 has ended.
     */
    boolean mayBe(int step, FineTuning how) {
        return share()
                ? step % how.evaluateEvery() == 0
                : step == how.schedule().warmupSteps() + amount();
    }

    /** How far from it a step is, once stage 1 has ended after {@code last} steps. */
    double distance(int step, int last, FineTuning how) {
        double at = share() ? amount() / 100.0 * last : how.schedule().warmupSteps() + amount();
        return Math.abs(step - at);
    }
}
