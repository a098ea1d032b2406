package dev.ila.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Writes small model directories: 2 blocks, hidden 8, intermediate 12, 2 heads of 4, 1 of keys. */
public final class TinyLlama {
    /** A configuration in the older form, without the closing brace. */
    public static final String CONFIG =
            "{\"architectures\": [\"LlamaForCausalLM\"], \"model_type\": \"llama\","
                    + " \"hidden_size\": 8, \"intermediate_size\": 12, \"num_hidden_layers\": 2,"
                    + " \"num_attention_heads\": 2, \"num_key_value_heads\": 1,"
                    + " \"vocab_size\": 16, \"rms_norm_eps\": 1e-05";

    private TinyLlama() {}

    /** Every tensor of the model, with values by seed. */
    public static Map<String, TensorData> tensors(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, TensorData> out = new LinkedHashMap<>();
        put(out, random, "model.embed_tokens.weight", 16, 8);
        for (String block : new String[] {"model.layers.0.", "model.layers.1."}) {
            put(out, random, block + "input_layernorm.weight", 8);
            put(out, random, block + "mlp.down_proj.weight", 8, 12);
            put(out, random, block + "mlp.gate_proj.weight", 12, 8);
            put(out, random, block + "mlp.up_proj.weight", 12, 8);
            put(out, random, block + "post_attention_layernorm.weight", 8);
            put(out, random, block + "self_attn.k_proj.weight", 4, 8);
            put(out, random, block + "self_attn.o_proj.weight", 8, 8);
            put(out, random, block + "self_attn.q_proj.weight", 8, 8);
            put(out, random, block + "self_attn.v_proj.weight", 4, 8);
        }
        put(out, random, "model.norm.weight", 8);
        put(out, random, "lm_head.weight", 16, 8);
        return out;
    }

    private static void put(
            Map<String, TensorData> out, SplittableRandom random, String name, long... shape) {
        out.put(name, values(random.nextLong(), shape));
    }

    /** Any numbers. */
    public static TensorData values(long seed, long... shape) {
        int count = 1;
        for (long n : shape) {
            count *= (int) n;
        }
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble() - 0.5f;
        }
        return TensorData.of(values, shape);
    }

    /** Writes a directory; {@code more} goes into the configuration, as {@code "a": 1}. */
    public static Path write(Path directory, Map<String, TensorData> tensors, String... more)
            throws IOException {
        Files.createDirectories(directory);
        Safetensors.write(directory.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        String end = more.length == 0 ? "}" : ", " + String.join(", ", more) + "}";
        Files.writeString(directory.resolve("config.json"), CONFIG + end);
        return directory;
    }

    /** Writes a safetensors file whose header and bytes are given. */
    static Path raw(Path file, String header, int bytes) throws IOException {
        return raw(file, header.getBytes(StandardCharsets.UTF_8).length, header, bytes);
    }

    /** Also with a length of the header of one's own. */
    static Path raw(Path file, long length, String header, int bytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out =
                ByteBuffer.allocate(8 + text.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(length).put(text);
        return Files.write(file, out.array());
    }
}
