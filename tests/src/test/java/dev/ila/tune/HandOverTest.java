package dev.ila.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.model.LinearLayer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each trainer's piece, letter by letter; PEFT's and TRL's run in TunePythonTest. */
class HandOverTest {
    private static final List<LinearLayer> LAYERS =
            SelectionTest.layers(12, "self_attn.q_proj", "mlp.up_proj").stream()
                    .map(
                            l ->
                                    new LinearLayer(
                                            l.index(),
                                            l.name(),
                                            l.block(),
                                            l.projection().replaceFirst(".*\\.", ""),
                                            4,
                                            4))
                    .toList();

    private static final Selection SOME =
            Selection.named(
                    LAYERS, List.of("1.self_attn.q_proj", "11.self_attn.q_proj", "11.mlp.up_proj"));

    @Test
    void peftTakesNames() {
        assertEquals(
                """
                # PEFT
                from peft import LoraConfig

                peft_config = LoraConfig(
                    r=4,
                    lora_alpha=8,
                    target_modules=[
                        "model.layers.1.self_attn.q_proj",
                        "model.layers.11.self_attn.q_proj",
                        "model.layers.11.mlp.up_proj",
                    ],
                    task_type="CAUSAL_LM",
                )
                """,
                HandOver.PEFT.of(SOME, 4, 8));
        String excluded = HandOver.PEFT_EXCLUDE.of(SOME, 4, 8);
        assertTrue(excluded.contains("target_modules=\"all-linear\""), excluded);
        assertEquals(21, excluded.lines().filter(l -> l.contains("model.layers.")).count());
        assertTrue(HandOver.TRL.of(SOME, 4, 8).contains("peft_config=peft_config"));
    }

    @Test
    void axolotlTakesPatternsOfParameters() {
        assertEquals(
                """
                # axolotl, as Spectrum writes it: full fine-tuning of these layers alone
                unfrozen_parameters:
                  - ^model\\.layers\\.1\\.self_attn\\.q_proj\\.weight$
                  - ^model\\.layers\\.11\\.self_attn\\.q_proj\\.weight$
                  - ^model\\.layers\\.11\\.mlp\\.up_proj\\.weight$
                """,
                HandOver.AXOLOTL.of(SOME, 4, 8));
    }

    @Test
    void msSwiftTakesOnePatternThatMatchesJustTheChosenLayers() {
        String text = HandOver.MS_SWIFT.of(SOME, 4, 8);
        assertTrue(text.contains("--lora_rank 4 --lora_alpha 8"), text);
        String regex = text.substring(text.indexOf('\'') + 1, text.lastIndexOf('\''));
        assertEquals(SOME.chosen(), Selection.matching(LAYERS, regex).chosen());
        assertEquals(
                "^(?:model\\.layers\\.(?:11)\\.mlp\\.up_proj|model\\.layers\\.(?:1|11)\\.self_attn\\.q_proj)$",
                regex);
    }

    @Test
    void llamaFactoryTakesNamesWithCommas() {
        assertEquals(
                """
                # LLaMA-Factory
                finetuning_type: lora
                lora_rank: 4
                lora_alpha: 8.5
                lora_target: model.layers.1.self_attn.q_proj,model.layers.11.self_attn.q_proj,model.layers.11.mlp.up_proj
                """,
                HandOver.LLAMA_FACTORY.of(SOME, 4, 8.5));
    }

    @Test
    void thoseThatKnowWholeBlocksSayWhatIsLost() {
        assertEquals(
                """
                # Unsloth: 1 layers that were not chosen are tuned too
                model = FastLanguageModel.get_peft_model(
                    model,
                    r=4,
                    lora_alpha=8,
                    target_modules=[
                        "q_proj",
                        "up_proj",
                    ],
                    layers_to_transform=[1, 11],
                )
                """,
                HandOver.UNSLOTH.of(SOME, 4, 8));
        assertEquals(
                """
                # mlx-lm: 19 layers that were not chosen are tuned too
                fine_tune_type: lora
                num_layers: 11
                lora_parameters:
                  keys: ["mlp.up_proj", "self_attn.q_proj"]
                  rank: 4
                  scale: 2.0
                  dropout: 0.0
                """,
                HandOver.MLX_LM.of(SOME, 4, 8));
        Selection last = Selection.named(LAYERS, List.of("11.mlp.up_proj"));
        assertTrue(HandOver.MLX_LM.of(last, 4, 8).startsWith("# mlx-lm: just the chosen layers\n"));
    }

    @Test
    void trainersAreCalledByTheirNames() {
        assertEquals(HandOver.MS_SWIFT, HandOver.named("ms-swift"));
        assertEquals(
                "trainer must be one of peft, peft-exclude, trl, axolotl, ms-swift, llama-factory,"
                        + " unsloth, mlx-lm, but is: torchtune",
                assertThrows(IllegalArgumentException.class, () -> HandOver.named("torchtune"))
                        .getMessage());
    }
}
