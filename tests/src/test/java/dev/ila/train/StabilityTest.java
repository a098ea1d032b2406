package dev.ila.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.train.Schedule.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The windowed test on made histories: an evaluation after every second step. */
class StabilityTest {
    private static final Schedule CONSTANT = new Schedule(1, 0, Shape.CONSTANT, 100);
    private final Stability stability = new Stability(0.01, 2);

    @Test
    void itIsReachedWhereTwoWindowsFirstAgree() {
        // Windows' means: 2.5 and 1.55, 1.85 and 1.5, 1.55 and 1.495, 1.5 and 1.4925.
        Optional<Stability.Point> found =
                stability.find(history(CONSTANT, 3, 2, 1.6, 1.5, 1.495, 1.49), CONSTANT);
        assertTrue(found.isEmpty(), found.toString());
        Stability.Point point =
                stability
                        .find(history(CONSTANT, 3, 2, 1.5, 1.5, 1.495, 1.49, 1.2), CONSTANT)
                        .orElseThrow();
        assertEquals(12, point.step());
        assertEquals(-0.0075, point.change(), 1e-12);
        assertFalse(point.bySchedule());
    }

    @Test
    void aLossThatRisesIsNotStableEither() {
        assertTrue(stability.find(history(CONSTANT, 1, 1, 2, 2), CONSTANT).isEmpty());
    }

    @Test
    void fewerThanTwoWindowsSayNothing() {
        assertTrue(stability.find(history(CONSTANT, 1, 1, 1), CONSTANT).isEmpty());
        assertTrue(stability.find(history(CONSTANT, 1, 1, 1, 1), CONSTANT).isPresent());
    }

    @Test
    void evaluationsDuringWarmupDoNotCount() {
        Schedule warm = new Schedule(1, 0.08, Shape.CONSTANT, 100);
        Stability.Point point =
                stability.find(history(warm, 1, 1, 1, 1, 1, 1, 1, 1, 1), warm).orElseThrow();
        assertEquals(8, warm.warmupSteps());
        assertEquals(16, point.step());
    }

    @Test
    void belowAFifthOfThePeakItIsBySchedule() {
        Schedule cosine = new Schedule(1, 0, Shape.COSINE, 20);
        double[] losses = {9, 8, 7, 6, 5, 4, 3, 3, 3, 3};
        Stability.Point point = stability.find(history(cosine, losses), cosine).orElseThrow();
        assertEquals(20, point.step());
        assertTrue(cosine.at(20) < 0.2 && point.bySchedule());
        double[] early = {3, 3, 3, 3};
        assertFalse(stability.find(history(cosine, early), cosine).orElseThrow().bySchedule());
    }

    @Test
    void epsilonAndWindowChangeWhatTheySay() {
        double[] losses = {3, 2.9, 2.8, 2.7, 2.6, 2.5};
        List<History.Step> steps = history(CONSTANT, losses);
        assertTrue(new Stability(0.15, 2).find(steps, CONSTANT).isEmpty());
        assertEquals(8, new Stability(0.25, 2).find(steps, CONSTANT).orElseThrow().step());
        assertEquals(4, new Stability(0.15, 1).find(steps, CONSTANT).orElseThrow().step());
    }

    private static List<History.Step> history(Schedule schedule, double... losses) {
        List<History.Step> steps = new ArrayList<>();
        for (int step = 1; step <= 2 * losses.length; step++) {
            OptionalDouble heldOut =
                    step % 2 == 0
                            ? OptionalDouble.of(losses[step / 2 - 1])
                            : OptionalDouble.empty();
            steps.add(new History.Step(1, step, 5, schedule.at(step), 1, 1, 1, heldOut));
        }
        return steps;
    }
}
