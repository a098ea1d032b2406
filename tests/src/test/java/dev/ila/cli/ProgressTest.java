package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private long now;

    @Test
    void withoutATerminalALineComesAtFirstThenEveryTenSecondsThenLast() {
        try (Progress progress = new PlainProgress(out, () -> now)) {
            progress.stage("stage 1", 100);
            for (int step = 1; step <= 10; step++) {
                now += 3_000_000_000L;
                progress.step(step, 2 - step / 10.0, 1234.4);
            }
            progress.stage("stage 2", 1);
            progress.step(1, 0.5, 10);
        }
        assertEquals(
                """
                stage 1: step 1 of 100, loss 1.9000, 1,234 tokens/s, 4 min 57 s left
                stage 1: step 5 of 100, loss 1.5000, 1,234 tokens/s, 4 min 45 s left
                stage 1: step 9 of 100, loss 1.1000, 1,234 tokens/s, 4 min 33 s left
                stage 1: step 10 of 100, loss 1.0000, 1,234 tokens/s, 4 min 30 s left
                stage 2: step 1 of 1, loss 0.5000, 10 tokens/s, 0 s left
                """
                        .replace("\n", System.lineSeparator()),
                text());
    }

    @Test
    void aResumedStageEstimatesByItsOwnSteps() {
        PlainProgress progress = new PlainProgress(out, () -> now);
        progress.stage("stage 1", 90, 100);
        now += 2_000_000_000L;
        progress.step(91, 1, 100);
        assertTrue(text().contains("step 91 of 100, loss 1.0000, 100 tokens/s, 18 s left"), text());
    }

    @Test
    void aTerminalGetsABarWithLossAndSpeed() {
        try (Progress progress = Progress.of(out, true)) {
            progress.stage("stage 1", 4);
            progress.step(4, 1.5, 850);
        }
        assertTrue(text().contains("stage 1"), text());
        assertTrue(text().contains("100%"), text());
        assertTrue(text().contains("4/4"), text());
        assertTrue(text().contains("loss 1.5000, 850 tokens/s"), text());
    }

    @Test
    void timeIsToldInItsTwoLargestUnits() {
        assertEquals("59 s", PlainProgress.time(59.4));
        assertEquals("1 min 00 s", PlainProgress.time(59.6));
        assertEquals("2 h 05 min", PlainProgress.time(2 * 3600 + 5 * 60 + 59));
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
