package dev.ila.model;

import java.util.Optional;

/**
 * Rotary position embedding (RoPE): pairs (j, j + headSize/2) of a head turn by position ×
 * frequency.
 *
 * @param theta base of the frequencies, as 10000
 * @param llama3 how Llama 3.1 and later stretch them for long texts, if so
 * @param linear by what all frequencies are divided; 1: as they are
 */
public record Rope(double theta, Optional<Llama3> llama3, double linear) {
    /** Not divided. */
    public Rope(double theta, Optional<Llama3> llama3) {
        this(theta, llama3, 1);
    }

    /**
     * Llama 3's scaling: frequencies of long wavelength are divided by {@code factor}, short ones
     * kept, those between interpolated.
     *
     * @param factor divisor of the low frequencies
     * @param lowFrequencyFactor wavelengths over original / this are divided
     * @param highFrequencyFactor wavelengths under original / this are kept
     * @param originalPositions the context length of pre-training, in tokens
     */
    public record Llama3(
            double factor,
            double lowFrequencyFactor,
            double highFrequencyFactor,
            int originalPositions) {}

    /** Frequencies, [headSize / 2], in turns of radians per position. */
    public float[] frequencies(int headSize) {
        float[] out = new float[headSize / 2];
        for (int j = 0; j < out.length; j++) {
            double f = 1.0 / Math.pow(theta, 2.0 * j / headSize) / linear;
            out[j] = (float) llama3.map(s -> scaled(s, f)).orElse(f).doubleValue();
        }
        return out;
    }

    private static double scaled(Llama3 s, double f) {
        double wavelength = 2 * Math.PI / f;
        double low = s.originalPositions() / s.lowFrequencyFactor();
        double high = s.originalPositions() / s.highFrequencyFactor();
        if (wavelength > low) {
            return f / s.factor();
        }
        if (wavelength < high) {
            return f;
        }
        double smooth =
                (s.originalPositions() / wavelength - s.lowFrequencyFactor())
                        / (s.highFrequencyFactor() - s.lowFrequencyFactor());
        return (1 - smooth) * f / s.factor() + smooth * f;
    }
}
