package dev.ila.criteria;

import dev.ila.run.Host;

/**
 * A criterion's ranking and what it took, from the files on the disk to the last score.
 *
 * @param by the criterion
 * @param scored what it found
 * @param seconds of time
 * @param peakMemory bytes that the process had at its highest; 0 where the system does not tell
 */
public record Costed(Criterion by, Scored scored, double seconds, long peakMemory) {
    private static final double NANOS = 1e9;

    /** Ranks and measures. */
    public static Costed of(Criterion by, Subject subject) {
        Host.forgetPeak();
        long start = System.nanoTime();
        Scored scored = by.rank(subject);
        double seconds = (System.nanoTime() - start) / NANOS;
        return new Costed(by, scored, seconds, Host.peakMemory().orElse(0));
    }
}
