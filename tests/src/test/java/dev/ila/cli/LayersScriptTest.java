package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/ila-layers.java} as a user runs it, on the embedded model. */
class LayersScriptTest {
    @TempDir Path folder;

    @Test
    void itShowsLayersTrainingDataAndCost() throws Exception {
        String out = run(0, "--threads=1");
        assertTrue(out.contains("\n56 linear layers have 393,216 of the model's 459,840 "), out);
        assertTrue(out.contains("(85.51 %)"), out);
        assertTrue(
                out.contains("gate_proj   192 × 64               8      98,304  21.38 %\n"), out);
        assertTrue(out.contains("77,824 numbers in 56 of the 56 layers"), out);
        assertTrue(out.contains("\nMemory, estimated: "), out);
        assertTrue(out.contains("\nTime, measured on "), out);
        assertEquals(List.of(), out.lines().filter(l -> l.length() > 100).toList());
    }

    @Test
    void whatIsSupervisedIsTheAssistants() throws Exception {
        String out = run(0, "--threads=1", "--stage=1", "--steps=1");
        String example = out.substring(out.indexOf("  │ "), out.indexOf("\n\nMemory"));
        assertTrue(example.matches("(?s).*assistant\n  │ «[^«»]+<\\|end\\|>»"), example);
        assertFalse(example.substring(0, example.indexOf('«')).contains("»"), example);
        assertFalse(out.contains("stage 2"), out);
    }

    @Test
    void allListsEveryLayer() throws Exception {
        String out = run(0, "--threads=1", "--all", "--targets=q_proj,v_proj");
        assertEquals(56, out.lines().filter(l -> l.startsWith("model.layers.")).count(), out);
        assertTrue(out.contains("in 16 of the 56 layers"), out);
    }

    @Test
    void aTargetThatNamesNothingIsOneLine() throws Exception {
        String out = run(2, "--targets=query");
        assertEquals(
                "ila-layers: target must be one of [all-linear, down_proj, gate_proj, k_proj,"
                        + " o_proj, q_proj, up_proj, v_proj] or a layer's name, but is: query\n",
                out);
    }

    private String run(int code, String... arguments) throws Exception {
        return Script.run("ila-layers", folder, code, arguments);
    }
}
