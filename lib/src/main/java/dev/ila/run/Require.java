package dev.ila.run;

/**
 * Checks that return the value they check. Every message has one form: {@code <name> must be
 * <rule>, but is: <value>}.
 */
public final class Require {
    private Require() {}

    /** Returns {@code value} if {@code holds}; {@code rule} completes "must be …". */
    public static <T> T that(boolean holds, T value, String name, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(name + " must be " + rule + ", but is: " + value);
        }
        return value;
    }

    /** Returns {@code value} if it is {@code least} or more. */
    public static int atLeast(int least, int value, String name) {
        return that(value >= least, value, name, least + " or more");
    }

    /** Returns {@code value} if it is a finite number above zero. */
    public static double positive(double value, String name) {
        return that(value > 0 && Double.isFinite(value), value, name, "a finite number above 0");
    }

    /** Returns {@code value} if it is a finite number in [{@code least}, {@code most}]. */
    public static double between(double least, double most, double value, String name) {
        return that(
                value >= least && value <= most, value, name, "between " + least + " and " + most);
    }
}
