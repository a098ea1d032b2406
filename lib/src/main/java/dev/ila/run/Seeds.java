package dev.ila.run;

/**
 * One seed for each use of chance, so that one can vary while the others stay.
 *
 * @param init LoRA's initial A
 * @param order the order of training examples in stage 1
 * @param mask the order of training examples in stage 2
 */
public record Seeds(long init, long order, long mask) {
    /** Three different seeds derived from one; the same three every time. */
    public static Seeds of(long seed) {
        return new Seeds(mix(3 * seed), mix(3 * seed + 1), mix(3 * seed + 2));
    }

    /** SplitMix64's finalizer, cut to 31 bits so that the seeds read well in a result file. */
    private static long mix(long x) {
        x = (x + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return (x ^ (x >>> 31)) >>> 33;
    }
}
