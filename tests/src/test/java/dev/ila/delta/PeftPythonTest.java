package dev.ila.delta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.model.TinyLlama;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What PEFT and transformers themselves make of our files, and we of theirs. */
@Tag("python")
class PeftPythonTest {
    /** Loads base and adapter; saves each layer's change of weight, and the adapter again. */
    private static final String LOAD =
            """
            import sys, warnings
            warnings.filterwarnings("error", message=".*adapter keys.*")
            from transformers import LlamaForCausalLM
            from peft import PeftModel
            from safetensors.torch import save_file
            base, adapter, out = sys.argv[1:]
            model = LlamaForCausalLM.from_pretrained(base)
            model = PeftModel.from_pretrained(model, adapter)
            save_file({name.removeprefix("base_model.model."): layer.get_delta_weight("default")
                       for name, layer in model.named_modules()
                       if hasattr(layer, "get_delta_weight")}, out + "-deltas")
            model.save_pretrained(out)
            """;

    /** Makes a sharded bf16 model and an adapter on it; saves weights and changes in f32. */
    private static final String MAKE =
            """
            import sys, torch
            from transformers import LlamaConfig, LlamaForCausalLM
            from peft import LoraConfig, get_peft_model
            from safetensors.torch import save_file
            out = sys.argv[1]
            torch.manual_seed(0)
            config = LlamaConfig(hidden_size=32, intermediate_size=48, num_hidden_layers=3,
                                 num_attention_heads=4, num_key_value_heads=2, vocab_size=64,
                                 max_position_embeddings=64)
            model = LlamaForCausalLM(config).bfloat16()
            model.save_pretrained(out + "/base", max_shard_size="20KB")
            save_file({name: p.detach().float() for name, p in model.named_parameters()},
                      out + "/weights")
            model = get_peft_model(model, LoraConfig(
                r=4, lora_alpha=6, target_modules=["q_proj", "down_proj"],
                rank_pattern={"q_proj": 3, r"layers\\.[01].*down_proj": 2},
                alpha_pattern={"layers.1.mlp.down_proj": 3.5},
                init_lora_weights=False, task_type="CAUSAL_LM"))
            save_file({name.removeprefix("base_model.model."): layer.get_delta_weight("default")
                       for name, layer in model.named_modules()
                       if hasattr(layer, "get_delta_weight")}, out + "/deltas")
            model.save_pretrained(out + "/adapter")
            """;

    @TempDir Path directory;

    private void python(String script, Object... arguments) throws Exception {
        String python = System.getenv("ILA_PYTHON");
        assertNotNull(python, "ILA_PYTHON must name a Python with peft, but is: not set");
        List<String> command = new ArrayList<>(List.of(python, "-c", script));
        for (Object a : arguments) {
            command.add(a.toString());
        }
        Path log = directory.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HF_HUB_OFFLINE", "1");
        int status = builder.redirectOutput(log.toFile()).start().waitFor();
        assertEquals(0, status, () -> text(log));
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @ParameterizedTest
    @EnumSource(LoraScaling.class)
    void peftLoadsWhatWeWrite(LoraScaling scaling) throws Exception {
        Path base = TinyLlama.write(directory.resolve("base"), TinyLlama.tensors(1));
        List<LinearLayer> layers = Checkpoint.open(base).layers();
        LoraLayout layout = TinyLayers.uneven(layers, scaling);
        float[] values = TinyLayers.values(layout.size());
        Path adapter = directory.resolve("adapter");
        Path again = directory.resolve("again");
        PeftAdapter.write(adapter, layout, values, base.toString());
        python(LOAD, base, adapter, again);
        PeftAdapter read = PeftAdapter.read(again, layers);
        assertArrayEquals(values, read.values());
        assertChanges(directory.resolve("again-deltas"), layout, values);
    }

    @Test
    void whatTransformersAndPeftSaveIsReadHere() throws Exception {
        python(MAKE, directory);
        Checkpoint model = Checkpoint.open(directory.resolve("base"));
        Safetensors weights = Safetensors.open(directory.resolve("weights"));
        assertEquals(weights.tensors().keySet().size(), model.tensors().size());
        model.tensors()
                .forEach((name, t) -> assertArrayEquals(weights.floats(name), t.floats(), name));
        PeftAdapter adapter = PeftAdapter.read(directory.resolve("adapter"), model.layers());
        assertChanges(directory.resolve("deltas"), adapter.layout(), adapter.values());
    }

    /** Each layer's scale·B·A is PEFT's, and PEFT changes no other layer. */
    private static void assertChanges(Path file, LoraLayout layout, float[] values) {
        Safetensors theirs = Safetensors.open(file);
        assertEquals(
                layout.adapted().stream().map(LinearLayer::name).sorted().toList(),
                theirs.tensors().keySet().stream().sorted().toList());
        for (LinearLayer l : layout.adapted()) {
            int r = layout.rank(l.index());
            float[] ours = new float[l.outputs() * l.inputs()];
            for (int i = 0; i < ours.length; i++) {
                double sum = 0;
                for (int k = 0; k < r; k++) {
                    sum +=
                            (double) values[layout.offsetB(l.index()) + i / l.inputs() * r + k]
                                    * values[
                                            layout.offsetA(l.index())
                                                    + k * l.inputs()
                                                    + i % l.inputs()];
                }
                ours[i] = (float) (sum * layout.scale(l.index()));
            }
            assertArrayEquals(theirs.floats(l.name()), ours, 1e-5f, l.name());
        }
    }
}
