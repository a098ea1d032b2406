package dev.ila.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ila.train.History;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final List<String> shown = new ArrayList<>();
    private long now;
    private final ProgressLine line = new ProgressLine(shown::add, () -> now);

    private void step(int stage, int step, double loss) {
        line.step(new History.Step(stage, step, loss, 1e-3, 1, 10, 1, OptionalDouble.empty()));
    }

    @Test
    void itTellsHowLongAtMostAndLeavesWhatRepeats() {
        line.stage(1, 0, 40);
        now += 2_000_000_000L;
        step(1, 10, 1.5);
        now += 10_000_000L;
        step(1, 11, 1.25);
        line.ended(1);
        assertEquals(
                List.of(
                        "stage 1: at most 40 steps",
                        "stage 1 █████░░░░░░░░░░░░░░░ 10/40, loss 1.500, 6 s left at most",
                        "stage 1: 11 steps, loss 1.250"),
                shown);
    }

    @Test
    void theNextStageComesBelow() {
        line.stage(1, 0, 2);
        step(1, 2, 1);
        line.ended(1);
        line.note("memory is tight");
        line.stage(2, 0, 1);
        step(2, 1, 0.5);
        line.ended(2);
        assertEquals(
                "stage 1: 2 steps, loss 1.000\nmemory is tight\nstage 2: 1 steps, loss 0.500",
                shown.get(shown.size() - 1));
    }
}
