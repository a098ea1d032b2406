package dev.ila.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ila.train.Schedule.Shape;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void theRateRisesInEqualStepsAndStays() {
        Schedule s = new Schedule(0.8, 0.04, Shape.CONSTANT, 100);
        assertEquals(4, s.warmupSteps());
        assertEquals(0.2, s.at(1), 1e-15);
        assertEquals(0.6, s.at(3), 1e-15);
        assertEquals(0.8, s.at(4), 1e-15);
        assertEquals(0.8, s.at(5));
        assertEquals(0.8, s.at(100));
    }

    @Test
    void aCosineFallsFromThePeakTowardsZero() {
        Schedule s = new Schedule(2, 0.2, Shape.COSINE, 10);
        assertEquals(1, s.at(1), 1e-15);
        assertEquals(2, s.at(2), 1e-15);
        assertEquals(2, s.at(3), 1e-15);
        assertEquals(1, s.at(7), 1e-15);
        assertEquals(1 - Math.cos(Math.PI / 8), s.at(10), 1e-15);
    }

    @Test
    void withoutWarmupTheFirstStepHasTheWholeRate() {
        assertEquals(3, new Schedule(3, 0, Shape.CONSTANT, 5).at(1));
        assertEquals(3, new Schedule(3, 0, Shape.COSINE, 5).at(1));
    }

    @Test
    void warmupMayLastToTheEnd() {
        Schedule s = new Schedule(1, 1, Shape.COSINE, 4);
        assertEquals(0.25, s.at(1));
        assertEquals(1, s.at(4));
    }

    @Test
    void aShareThatIsNotWholeRoundsUp() {
        assertEquals(5, new Schedule(1, 0.03, Shape.CONSTANT, 150).warmupSteps());
        assertEquals(3, new Schedule(1, 0.03, Shape.CONSTANT, 100).warmupSteps());
    }

    @Test
    void eachValueIsChecked() {
        refused("rate must be a finite number above 0, but is: 0.0", 0, 0, 1);
        refused("rate must be a finite number above 0, but is: NaN", Double.NaN, 0, 1);
        refused("warmup must be between 0.0 and 1.0, but is: 1.5", 1, 1.5, 1);
        refused("steps must be 1 or more, but is: 0", 1, 0, 0);
    }

    private static void refused(String message, double rate, double warmup, int steps) {
        assertEquals(
                message,
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new Schedule(rate, warmup, Shape.CONSTANT, steps))
                        .getMessage());
    }
}
