package dev.ila.notebooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The library in a Java kernel: memory, interrupts, errors. */
@Tag("notebooks")
class KernelTest {
    private static final int RUNS = 13;
    private static final int WARM = 2;
    private static final double MEGABYTES = 16;

    /** A heap touched beforehand and one compiler: what grows then is native memory. */
    private static final String QUIET =
            "--enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xms512m -Xmx512m"
                    + " -XX:+AlwaysPreTouch -XX:TieredStopAtLevel=1";

    @Test
    void aTrainingCellThatIsRunAgainGivesItsMemoryBack() throws Exception {
        JsonArray resident =
                kernel(Map.of("JJAVA_JVM_OPTS", QUIET), "memory", "" + RUNS)
                        .getAsJsonArray("resident");
        assertEquals(RUNS, resident.size());
        double grown = resident.get(RUNS - 1).getAsDouble() - resident.get(WARM).getAsDouble();
        System.out.printf("ten runs of a training cell: %+.1f MB%n", grown);
        assertTrue(grown < MEGABYTES, "resident MB after each run: " + resident);
    }

    @Test
    void anInterruptedCellEndsAndTheKernelLives() throws Exception {
        JsonObject said = kernel(Map.of(), "interrupt");
        assertTrue(said.get("ended").getAsString().contains("Evaluation interrupted"), "" + said);
        assertTrue(said.get("seconds").getAsDouble() < 5, "" + said);
        assertEquals("2", said.get("answer").getAsString());
        assertEquals("0", said.get("training").getAsString(), "threads that train on");
        assertEquals("56", said.get("again").getAsString());
    }

    @Test
    void anErrorIsReadable() throws Exception {
        JsonObject shown = kernel(Map.of(), "errors");
        String compile = plain(shown, "compile");
        assertTrue(compile.contains("incompatible types"), compile);
        assertTrue(compile.contains("int rank = \"eight\";"), compile);
        assertTrue(
                firstLine(plain(shown, "library")).endsWith("rank must be 1 or more, but is: 0"),
                plain(shown, "library"));
        assertTrue(
                firstLine(plain(shown, "claim"))
                        .endsWith("this does not hold: one is more than two"),
                plain(shown, "claim"));
    }

    private static String firstLine(String text) {
        return text.lines().filter(l -> !l.isBlank()).findFirst().orElse("");
    }

    private static String plain(JsonObject shown, String name) {
        return shown.get(name).getAsString().replaceAll("\u001b\\[[0-9;]*m", "");
    }

    private static JsonObject kernel(Map<String, String> environment, String... arguments)
            throws Exception {
        String[] all = new String[arguments.length + 2];
        all[0] = "python";
        all[1] = "tests/fixtures/kernel.py";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        Lab.Said said = Lab.run(environment, all);
        assertEquals(0, said.code(), said.text());
        String json = said.text().lines().reduce((a, b) -> b).orElseThrow();
        return JsonParser.parseString(json).getAsJsonObject();
    }
}
