package dev.ila.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tensor with more bytes than a Java array or buffer can have: an embedding of 2.15 GB. */
@Tag("slow")
class LargeTensorTest {
    private static final int VOCABULARY = 1_050_000;
    private static final int HIDDEN = 1024;
    private static final short ONE = 0x3f80; // in bf16

    @TempDir Path directory;

    @Test
    void itsLastRowIsRead() throws IOException {
        write();
        Checkpoint checkpoint = Checkpoint.open(directory);
        assertTrue(checkpoint.embedding().info().length() > Integer.MAX_VALUE);
        Compute compute = new Compute("cpu", Precision.BF16, 2, false, Precision.BF16);
        try (LanguageModel model = LanguageModel.load(checkpoint, compute)) {
            long last = VOCABULARY - 1L;
            float[] logits =
                    model.network()
                            .logits(
                                    new long[] {0, last},
                                    1,
                                    new long[] {0, 1},
                                    Change.none(model.network()),
                                    new float[model.layers().size()]);
            // The last row is all ones, every other and every linear layer is zero, every norm one:
            // the normed state is 0 after token 0 and ones after the last.
            for (int token : new int[] {0, VOCABULARY / 2, VOCABULARY - 2}) {
                assertEquals(0, logits[token]);
                assertEquals(0, logits[VOCABULARY + token]);
            }
            assertEquals(0, logits[VOCABULARY - 1]);
            assertEquals(HIDDEN, logits[2 * VOCABULARY - 1]);
        }
    }

    /** A sparse file: nothing but the last row and the norms takes room on the disk. */
    private void write() throws IOException {
        Files.writeString(
                directory.resolve("config.json"),
                """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 1024,
                 "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 4,
                 "num_key_value_heads": 4, "vocab_size": 1050000, "rms_norm_eps": 1e-05,
                 "tie_word_embeddings": true}
                """);
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new long[] {VOCABULARY, HIDDEN});
        String block = "model.layers.0.";
        for (String layer : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
            shapes.put(block + "self_attn." + layer + ".weight", new long[] {HIDDEN, HIDDEN});
        }
        shapes.put(block + "mlp.gate_proj.weight", new long[] {8, HIDDEN});
        shapes.put(block + "mlp.up_proj.weight", new long[] {8, HIDDEN});
        shapes.put(block + "mlp.down_proj.weight", new long[] {HIDDEN, 8});
        shapes.put(block + "input_layernorm.weight", new long[] {HIDDEN});
        shapes.put(block + "post_attention_layernorm.weight", new long[] {HIDDEN});
        shapes.put("model.norm.weight", new long[] {HIDDEN});
        List<String> entries = new ArrayList<>();
        List<Long> ones = new ArrayList<>();
        long at = 0;
        for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
            long[] shape = tensor.getValue();
            boolean norm = shape.length == 1;
            long end = at + 2 * shape[0] * (norm ? 1 : shape[1]);
            entries.add(
                    "\"%s\": {\"dtype\": \"BF16\", \"shape\": [%s], \"data_offsets\": [%d, %d]}"
                            .formatted(
                                    tensor.getKey(),
                                    norm ? shape[0] : shape[0] + ", " + shape[1],
                                    at,
                                    end));
            if (norm || tensor.getKey().contains("embed")) {
                ones.add(end - 2L * HIDDEN);
            }
            at = end;
        }
        byte[] header = ("{" + String.join(", ", entries) + "}").getBytes(StandardCharsets.UTF_8);
        Path path = directory.resolve("model.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            file.write(length.putLong(header.length).array());
            file.write(header);
            file.setLength(8 + header.length + at);
            ByteBuffer row = ByteBuffer.allocate(2 * HIDDEN).order(ByteOrder.LITTLE_ENDIAN);
            while (row.hasRemaining()) {
                row.putShort(ONE);
            }
            for (long offset : ones) {
                file.seek(8 + header.length + offset);
                file.write(row.array());
            }
        }
    }
}
