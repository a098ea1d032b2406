package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
    @TempDir Path folder;

    @Test
    void everyFileIsTheOneThatTheScriptMade() throws Exception {
        Path sums = Path.of("..", "lib", "demo", "SHA256SUMS");
        Path model = Demo.extract(folder);
        StringBuilder actual = new StringBuilder();
        try (Stream<Path> files = Files.list(model).sorted()) {
            for (Path file : files.toList()) {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                actual.append(String.format("%064x", new BigInteger(1, hash)));
                actual.append("  ").append(file.getFileName()).append('\n');
            }
        }
        assertEquals(Files.readString(sums), actual.toString());
    }

    @Test
    void theWholeFolderIsAtMostFourMegabytes() throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(Demo.extract(folder))) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        assertTrue(bytes <= 4_000_000, bytes + " bytes");
    }

    @Test
    void theModelHasSixBlocksOrMore() throws IOException {
        JsonObject config =
                JsonParser.parseString(
                                Files.readString(Demo.extract(folder).resolve("config.json")))
                        .getAsJsonObject();
        assertEquals("llama", config.get("model_type").getAsString());
        assertTrue(config.get("num_hidden_layers").getAsInt() >= 6);
    }

    @Test
    void everyRecordOfTheThreeSetsHasAnswers() throws IOException {
        assertEquals(3, Demo.datasets().size());
        for (String name : Demo.datasets()) {
            List<JsonObject> records = records(Demo.dataset(folder, name));
            assertTrue(records.size() >= 300, name + ": " + records.size());
            for (JsonObject record : records) {
                List<String> answers = answers(record);
                assertFalse(answers.isEmpty(), name);
                answers.forEach(answer -> assertFalse(answer.isBlank(), name));
            }
        }
    }

    @Test
    void everyKnowledgeItemHasFourDifferentChoicesAndOneAnswer() throws IOException {
        List<JsonObject> items = records(Demo.knowledge(folder));
        assertTrue(items.size() >= 190, items.size() + " items");
        for (JsonObject item : items) {
            assertEquals(4, item.getAsJsonArray("choices").asList().stream().distinct().count());
            int answer = item.get("answer").getAsInt();
            assertTrue(answer >= 0 && answer < 4, item.toString());
        }
    }

    @Test
    void aWholeFolderIsUsedAgainAndADamagedOneMended() throws IOException {
        Path model = Demo.extract(folder);
        Path weights = model.resolve("model.safetensors");
        FileTime before = Files.getLastModifiedTime(weights);
        long size = Files.size(weights);
        assertEquals(model, Demo.extract(folder));
        assertEquals(before, Files.getLastModifiedTime(weights));

        Files.write(weights, new byte[3]);
        assertEquals(model, Demo.extract(folder));
        assertEquals(size, Files.size(weights));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(model), left.toList());
        }
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Demo.dataset(folder, "tersely"));
        assertEquals(
                "data set must be one of terse, polite, steps, but is: tersely", e.getMessage());
    }

    private static List<JsonObject> records(Path file) throws IOException {
        List<JsonObject> out = new ArrayList<>();
        String text = Files.readString(file);
        if (file.toString().endsWith(".jsonl")) {
            text.lines().forEach(l -> out.add(JsonParser.parseString(l).getAsJsonObject()));
        } else {
            JsonParser.parseString(text)
                    .getAsJsonArray()
                    .forEach(e -> out.add(e.getAsJsonObject()));
        }
        return out;
    }

    private static List<String> answers(JsonObject record) {
        if (record.has("output")) {
            return List.of(record.get("output").getAsString());
        }
        List<String> out = new ArrayList<>();
        if (record.has("conversations")) {
            JsonArray turns = record.getAsJsonArray("conversations");
            for (int i = 1; i < turns.size(); i += 2) {
                out.add(turns.get(i).getAsString());
            }
        } else {
            for (JsonElement message : record.getAsJsonArray("messages")) {
                JsonObject turn = message.getAsJsonObject();
                if (turn.get("role").getAsString().equals("assistant")) {
                    out.add(turn.get("content").getAsString());
                }
            }
        }
        return out;
    }
}
