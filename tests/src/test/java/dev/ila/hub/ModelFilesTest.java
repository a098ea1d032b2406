package dev.ila.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model is its configuration, its tokenizer and its safetensors, never a pickle. */
class ModelFilesTest {
    @TempDir Path folder;

    private static HubSnapshot with(String... names) {
        List<HubFile> files = Arrays.stream(names).map(HubFile::named).toList();
        return new HubSnapshot(Quick.MODEL, Quick.COMMIT, files, true);
    }

    @Test
    void nothingElseIsWanted() {
        assertEquals(
                List.of(
                        "chat_template.jinja",
                        "config.json",
                        "generation_config.json",
                        "special_tokens_map.json",
                        "tokenizer.json",
                        "tokenizer_config.json",
                        "model.safetensors"),
                ModelFiles.of(
                        with(
                                ".gitattributes",
                                "README.md",
                                "chat_template.jinja",
                                "config.json",
                                "consolidated.00.pth",
                                "consolidated.safetensors",
                                "flax_model.msgpack",
                                "generation_config.json",
                                "merges.txt",
                                "model.fp16.safetensors",
                                "model.safetensors",
                                "onnx/model.onnx",
                                "original/params.json",
                                "pytorch_model.bin",
                                "runs/x/model.safetensors",
                                "special_tokens_map.json",
                                "tf_model.h5",
                                "tokenizer.json",
                                "tokenizer_config.json",
                                "training_args.bin")));
    }

    @Test
    void oneFileOfWeightsComesBeforeShards() {
        String shard = "model-00001-of-00002.safetensors";
        assertEquals(
                List.of("config.json", "model.safetensors"),
                ModelFiles.of(with("config.json", "model.safetensors", ModelFiles.INDEX, shard)));
        assertEquals(
                List.of("config.json", ModelFiles.INDEX),
                ModelFiles.of(with("config.json", ModelFiles.INDEX, shard)));
    }

    @Test
    void aModelOfPicklesIsRefused() {
        String start =
                "model must have model.safetensors, or model.safetensors.index.json with its"
                        + " shards, but is: org/tiny, which has ";
        String end =
                "; other formats are not read: look for a conversion to safetensors among its"
                        + " revisions, or make one";
        Quick.fails(
                IllegalArgumentException.class,
                start + "a.bin, b.pt, c.pkl and 1 more" + end,
                () -> ModelFiles.of(with("config.json", "a.bin", "b.pt", "c.pkl", "d.ckpt")));
        Quick.fails(
                IllegalArgumentException.class,
                start + "no weights" + end,
                () -> ModelFiles.of(with("README.md")));
        Quick.fails(
                IllegalArgumentException.class,
                "model must be one with a config.json, but is: org/tiny, which has none",
                () -> ModelFiles.of(with("model.safetensors")));
    }

    @Test
    void theIndexNamesTheShards() throws Exception {
        Path index = folder.resolve("index");
        Files.writeString(
                index, "{\"weight_map\": {\"a\": \"2.safetensors\", \"b\": \"1.safetensors\"}}");
        assertEquals(Set.of("1.safetensors", "2.safetensors"), ModelFiles.shards(index));
        for (String wrong : List.of("pytorch_model.bin", "../x.safetensors")) {
            Files.writeString(index, "{\"weight_map\": {\"a\": \"%s\"}}".formatted(wrong));
            Quick.fails(
                    UncheckedIOException.class,
                    index + " could not be read: " + wrong + " is no safetensors file beside it",
                    () -> ModelFiles.shards(index));
        }
        Files.writeString(index, "{}");
        Quick.fails(
                UncheckedIOException.class,
                index + " could not be read: it has no weight_map",
                () -> ModelFiles.shards(index));
    }

    @Test
    void onlyTheShardsThatTheIndexNamesAreDownloaded() throws Exception {
        byte[] first = LoopbackRepository.bytes(2_000, 1);
        byte[] second = LoopbackRepository.bytes(2_000, 2);
        String index = "{\"weight_map\": {\"a\": \"a.safetensors\", \"b\": \"b.safetensors\"}}";
        try (LoopbackHub server = new LoopbackHub()) {
            server.add(
                    LoopbackRepository.model(
                            "org/tiny",
                            Map.of(
                                    "config.json",
                                    LoopbackRepository.bytes("{}"),
                                    ModelFiles.INDEX,
                                    LoopbackRepository.bytes(index),
                                    "a.safetensors",
                                    first,
                                    "b.safetensors",
                                    second,
                                    "c.safetensors",
                                    LoopbackRepository.bytes(2_000, 3))));
            Path model = Quick.hub(Quick.settings(server, folder)).model(Quick.MODEL);
            assertEquals(
                    List.of("a.safetensors", "b.safetensors", "config.json", ModelFiles.INDEX),
                    Quick.tree(model).stream().map(f -> f.split(" ")[0]).toList());
        }
    }
}
