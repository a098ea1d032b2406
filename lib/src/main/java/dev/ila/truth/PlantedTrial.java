package dev.ila.truth;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How well rankings have found what was planted by one pattern and seed.
 *
 * @param pattern of the planted layers
 * @param seed from which all chance follows
 * @param planted number of planted layers
 * @param positives of them with an effect; the others are left out of every figure
 * @param noise number of layers that are not planted
 * @param scaled of these, how many had to be scaled up to cost enough
 * @param largestFactor the largest by which one was; 1 if none
 * @param alone stage 2 on the student, and what stands beside it, by {@link #MASK}, {@link #USUAL},
 *     {@link #GAIN}, {@link #HALFWAY}, {@link #NORM}, {@link #SHUFFLED}
 * @param pipeline both stages on what the teacher says, and the mask's rivals, by {@link #MASK},
 *     {@link #USUAL} and the criteria's keys; empty if it was not asked for
 * @param seconds of all
 */
public record PlantedTrial(
        PlantedPattern pattern,
        long seed,
        int planted,
        int positives,
        int noise,
        int scaled,
        double largestFactor,
        Map<String, Separation> alone,
        Map<String, Separation> pipeline,
        double seconds) {
    /** The mask that is learned from γ = ½ at ten times the rate. */
    public static final String MASK = MaskVariant.FROM_ZERO_FAST.key();

    /** The plain gradient, −∂L/∂γ at γ = 1. */
    public static final String GAIN = "gain";

    /** The same at γ = ½, −∂L/∂γ where the mask of {@link PlantedStudy#thorough} begins. */
    public static final String HALFWAY = "gain at ½";

    /** The mask of a search's own settings. */
    public static final String USUAL = Contender.MASK;

    /** Control: ‖Δθᵢ‖. */
    public static final String NORM = "norm";

    /** Control: the mask's scores, with planted and noise shuffled among the layers. */
    public static final String SHUFFLED = "shuffled, mean";

    /** Takes copies. */
    public PlantedTrial {
        alone = Collections.unmodifiableMap(new LinkedHashMap<>(alone));
        pipeline = Collections.unmodifiableMap(new LinkedHashMap<>(pipeline));
    }
}
