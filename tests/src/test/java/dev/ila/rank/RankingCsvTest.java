package dev.ila.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RankingCsvTest {
    private static final String HEADER =
            "layer,block,projection,parameters,logit,score,rank,index,outputs,inputs\n";
    private static final String Q =
            "model.layers.0.self_attn.q_proj,0,q_proj,4096,4.5,0.9890130573694068,1,0,64,64\n";

    @TempDir Path folder;

    @Test
    void theTableIsTheSameBytesEachTime() {
        Ranking ranking = Ranking.ofMask(Layers.of(1).subList(0, 2), new double[] {4.5, 1.0 / 3});
        String expected =
                HEADER
                        + Q
                        + "model.layers.0.self_attn.k_proj,0,k_proj,4096,0.3333333333333333,"
                        + "0.5825702064623147,2,1,64,64\n";
        assertEquals(expected, ranking.toCsv());
        assertEquals(expected, ranking.toCsv());
    }

    @Test
    void aRankingComesBackEqual() throws IOException {
        Ranking ranking = Ranking.ofMask(Layers.of(30), Layers.noise(210, 7));
        Path file = Files.writeString(folder.resolve("scores.csv"), ranking.toCsv());
        assertEquals(ranking, Ranking.fromCsv(file));
    }

    @Test
    void aBadTableIsRefusedByFileAndLine() {
        refused("layer,score\n", ":1: header must be " + HEADER.strip() + ", but is: layer,score");
        refused("", ":1: header must be " + HEADER.strip() + ", but is: ");
        refused(HEADER + Q.replace("4.5", "four"), ":2: logit must be a number, but is: four");
        refused(
                HEADER + Q.replace(",64,64", ",64,6.4"),
                ":2: inputs must be a whole number, but is: 6.4");
        refused(
                HEADER + Q.replace("4096", "4097"),
                ":2: parameters must be outputs × inputs (4096), but is: 4097");
        refused(HEADER + Q + "a,b\n", ":3: number of columns must be 10, but is: 2");
        refused(
                HEADER + Q.replace(",1,0,", ",2,0,"),
                ": rank of model.layers.0.self_attn.q_proj must be its place, 1, but is: 2");
        refused(HEADER, ": number of ranked layers must be 1 or more, but is: 0");
    }

    @Test
    void aMissingFileIsNamed() {
        Path file = folder.resolve("none.csv");
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> Ranking.fromCsv(file));
        assertEquals(file + " could not be read: there is no such file", e.getMessage());
    }

    private void refused(String text, String message) {
        Path file = folder.resolve("bad.csv");
        assertEquals(
                file + message,
                assertThrows(
                                UncheckedIOException.class,
                                () -> {
                                    Files.writeString(file, text);
                                    Ranking.fromCsv(file);
                                })
                        .getMessage());
    }
}
