package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Options that cannot be, together or here, and runs that cannot go on. */
class BadOptionsTest extends BadInput {
    @Test
    void tooFewRecords() throws Exception {
        String record = "{\"prompt\": \"a\", \"completion\": \"b\"}\n";
        Path ten = Files.writeString(folder.resolve("ten.jsonl"), record.repeat(10));
        refused(
                2,
                "number of held-out examples must be between 1 and 9, one less than there are, but"
                        + " is: 10",
                "--data=" + ten,
                "--held-out=10");
        refused(
                2,
                "batch size must be between 1 and the number of examples (6), but is: 7",
                "--data=" + ten,
                "--held-out=4",
                "--batch-size=7",
                "--micro-batch=1");
        refused(
                2,
                "micro-batch must be between 1 and the batch size (2), but is: 3",
                "--micro-batch=3");
    }

    @Test
    void anUnknownLayer() throws Exception {
        refused(
                2,
                "target must be one of [all-linear, down_proj, gate_proj, k_proj, "
                        + "o_proj, q_proj, up_proj, v_proj] or a layer's name, but is: nonsense",
                "--targets=nonsense");
        refused(
                2,
                "target must be one of [all-linear, down_proj, gate_proj, k_proj, "
                        + "o_proj, q_proj, up_proj, v_proj] or a layer's name, but is: nonsense",
                "--targets=q_proj,nonsense");
    }

    @Test
    void contradictoryOptions() throws Exception {
        refused(
                2,
                "source of the change must be one of --adapter, --aligned, --full, "
                        + "or LoRA with its options, but is: --adapter and --full",
                "--adapter=" + model,
                "--full");
        refused(
                2,
                "source of the change must be one of --adapter, --aligned, --full, "
                        + "or LoRA with its options, but is: --full and --rank or --alpha",
                "--full",
                "--rank=4");
        refused(
                2,
                "source of the change must be one of --adapter, --aligned, --full, "
                        + "or LoRA with its options, but is: --adapter and --aligned",
                "--aligned=" + model,
                "--adapter=" + model);
        refused(
                2,
                "stage must be 2 when Δθ exists already (--adapter or --aligned), " + "but is: 1",
                "--adapter=" + model,
                "--stage=1");
        refused(
                2,
                "--model must be absent beside --base, which takes its place, but is: " + model,
                "--base=" + model);
        refused(
                2,
                "--model must be absent beside --base, which takes its place, but is: " + model,
                "--base=" + model,
                "--aligned=" + model);
        SearchCommand.End alone = command.run("--base=" + model, "--out=" + out);
        assertEquals("--base must be given with --aligned, but is: " + model, alone.line());
        assertEquals(2, alone.code());
        refused(2, "stage must be 1 or 2, but is: 3", "--stage=3");
    }

    @Test
    void valuesOutOfRange() throws Exception {
        refused(2, "rate must be a finite number above 0, but is: -1.0", "--rate=-1");
        refused(2, "warmup must be between 0.0 and 1.0, but is: 2.0", "--warmup=2");
        refused(2, "steps must be 1 or more, but is: 0", "--steps=0");
        refused(2, "epsilon must be a finite number above 0, but is: 0.0", "--epsilon=0");
        refused(2, "rank must be 1 or more, but is: 0", "--rank=0");
        refused(2, "alpha must be a finite number above 0, but is: NaN", "--alpha=NaN");
        refused(2, "mask rate must be a finite number above 0, but is: 0.0", "--mask-rate=0");
        refused(2, "sparsity must be between 0.0 and 1000000.0, but is: -1.0", "--sparsity=-1");
        refused(
                2,
                "sparsity must be different each time, but is: 0.3 and [0.3]",
                "--sparsity=0.3,0.3");
        refused(2, "clip must be between 0.0 and 1.0E30, but is: -1.0", "--clip=-1");
        refused(2, "evaluate-every must be 1 or more, but is: 0", "--evaluate-every=0");
        refused(
                2,
                "--data must be a file that exists, or a data set of the hub as ORG/NAME, but is: "
                        + folder.resolve("none"),
                "--data=" + folder.resolve("none"));
        refused(
                2,
                "format must be one of messages, sharegpt, lima, instances, alpaca, response, "
                        + "prompt-completion, question-solution, problem-solution, "
                        + "question-answer, but is: nonsense",
                "--format=nonsense");
        refused(
                2,
                "Invalid value for option '--rank': 'many' is not an int; see "
                        + "ila-search --help",
                "--rank=many");
        refused(2, "Unknown option: '--nonsense'; see ila-search --help", "--nonsense");
    }

    @Test
    void aDeviceThatIsNotThere() throws Exception {
        refused(
                2,
                "--device must be cpu, since PyTorch's natives are those for the CPU (for CUDA's"
                        + " start with ILA_NATIVE=djl on a machine with a GPU), but is: cuda",
                "--device=cuda");
    }

    @Test
    void aRunDirectoryThatCannotBeUsed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        SearchCommand.End below = run("--out=" + file.resolve("run"));
        assertEquals(
                "run directory must be writable, but is: "
                        + file.resolve("run")
                        + " (a file is in the way); name another directory with --out",
                below.line());
        assertEquals(2, below.code());
        Files.createDirectory(out);
        Files.writeString(out.resolve("mine"), "");
        SearchCommand.End used = run();
        assertEquals(
                "run directory must be new or empty, but is: "
                        + out
                        + ", which holds mine; continue its run with --resume or name another "
                        + "directory with --out",
                used.line());
        assertEquals(2, used.code());
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(List.of(out.resolve("mine")), files.toList());
        }
    }

    @Test
    void aLossThatIsNoNumber() throws Exception {
        SearchCommand.End end = run("--rate=1e30");
        assertEquals(
                "loss must be a finite number, but is: NaN at step 2 of stage 1; try "
                        + "a lower learning rate, or precision f32",
                end.line());
        assertEquals(1, end.code());
        assertLeft("run.json");
    }

    @Test
    void theStackTraceOnlyWhenAskedFor() throws Exception {
        Files.delete(weights());
        SearchCommand.End end = run("--verbose");
        assertEquals(1, end.code());
        assertTrue(end.err().contains("\n\tat dev.ila."), end.err());
    }

    private void assertLeft(String... names) throws IOException {
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(
                    List.of(names),
                    files.map(f -> f.getFileName().toString())
                            .filter(n -> !n.equals(".lock"))
                            .sorted()
                            .toList());
        }
    }
}
