package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Tokenizer;
import dev.ila.model.Safetensors;
import dev.ila.model.TensorInfo;
import dev.ila.train.Fixture;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files that are missing, broken, or of something else. */
class BadFilesTest extends BadInput {
    @Test
    void missingWeights() throws Exception {
        Files.delete(weights());
        refused(
                1,
                weights()
                        + " must be a file, but is: missing (or model.safetensors.index.json "
                        + "beside it; save the model in safetensors' format)");
    }

    @Test
    void truncatedWeights() throws Exception {
        List<TensorInfo> tensors = new ArrayList<>(Safetensors.open(weights()).tensors().values());
        tensors.sort(Comparator.comparingLong(TensorInfo::offset));
        long begin = tensors.get(0).offset();
        TensorInfo last = tensors.get(tensors.size() - 1);
        long left = Files.size(weights()) - 1;
        try (RandomAccessFile file = new RandomAccessFile(weights().toFile(), "rw")) {
            file.setLength(left);
        }
        refused(
                1,
                "%s: data_offsets of tensor %s must be [begin, end] within the %d bytes (copy a"
                                .formatted(weights(), last.name(), left - begin)
                        + " file again that was cut off), but is: [%d, %d]"
                                .formatted(
                                        last.offset() - begin,
                                        last.offset() - begin + last.length()));
    }

    @Test
    void aHeaderThatLies() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(weights().toFile(), "rw")) {
            file.writeLong(Long.reverseBytes(1L << 40));
        }
        refused(
                1,
                weights()
                        + ": header length must be between 2 and "
                        + (Files.size(weights()) - 8)
                        + " (copy a file again that was cut off), but is: 1099511627776");
    }

    @Test
    void aTensorOfTheWrongShape() throws Exception {
        edit("config.json", "\"intermediate_size\": ", "\"intermediate_size\": 1");
        refused(
                1,
                weights()
                        + ": shape of tensor model.layers.0.mlp.gate_proj.weight must be "
                        + "[1192, 64] by config.json, but is: [192, 64]");
    }

    @Test
    void anUnknownArchitecture() throws Exception {
        edit("config.json", "LlamaForCausalLM", "MambaForCausalLM");
        refused(
                1,
                model.resolve("config.json")
                        + ": architectures must be LlamaForCausalLM, the one supported, but "
                        + "is: [\"MambaForCausalLM\"]");
    }

    @Test
    void aConfigurationThatIsNoJson() throws Exception {
        Files.writeString(model.resolve("config.json"), "{\"a\": ");
        refused(
                1,
                model.resolve("config.json")
                        + ": text must be JSON, but is: malformed (End of input at line 1 "
                        + "column 7 path $.a)");
    }

    @Test
    void aTokenizerOfAnotherVocabulary() throws Exception {
        Path small = Fixture.resource("golden/tied");
        Files.copy(
                small.resolve("config.json"),
                model.resolve("config.json"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.copy(
                small.resolve("model.safetensors"), weights(), StandardCopyOption.REPLACE_EXISTING);
        int tokens;
        try (Tokenizer tokenizer = Tokenizer.load(model)) {
            tokens = tokenizer.vocabularySize();
        }
        refused(
                2,
                "number of tokens in "
                        + model.resolve("tokenizer.json")
                        + " must be 96 or fewer, the rows of the model's embedding, but is: "
                        + tokens
                        + ", so tokenizer and model do not belong together");
    }

    @Test
    void aMissingTokenizer() throws Exception {
        Files.delete(model.resolve("tokenizer.json"));
        refused(1, model.resolve("tokenizer.json") + " could not be read: there is no such file");
    }

    @Test
    void brokenRecords() throws Exception {
        Path data = folder.resolve("x.jsonl");
        Files.writeString(
                data, "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"a\",\n");
        refused(
                1,
                data + " must be well-formed JSON, but is: broken at line 2, record 2",
                "--data=" + data);
        Files.writeString(data, "");
        refused(1, data + " must be a file with records, but is: empty", "--data=" + data);
    }

    @Test
    void noSupervisedTokens() throws Exception {
        Path data = folder.resolve("x.json");
        Files.writeString(data, "[{\"prompt\": \"a\", \"completion\": \"\"}]");
        refused(
                2,
                "data of x.json must be at least one record with a supervised token, "
                        + "but is: all left out {empty answer=1}",
                "--data=" + data);
    }

    @Test
    void anAdapterThatIsNone() throws Exception {
        refused(
                1,
                model.resolve("adapter_config.json")
                        + " must be a file, but is: missing (of a PEFT adapter)",
                "--adapter=" + model);
        refused(
                2,
                "--aligned must be a directory that exists, or a model of the hub as ORG/NAME, but"
                        + " is: "
                        + folder.resolve("none"),
                "--aligned=" + folder.resolve("none"));
        refused(
                2,
                "aligned model must be changed from the base in some linear layer, "
                        + "but is: "
                        + model,
                "--aligned=" + model);
    }

    private void edit(String file, String from, String to) throws IOException {
        Path path = model.resolve(file);
        String text = Files.readString(path, StandardCharsets.UTF_8);
        assertTrue(text.contains(from), text);
        Files.writeString(path, text.replace(from, to));
    }
}
