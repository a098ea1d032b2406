package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.cli.CommonOptions;
import dev.ila.cli.SearchOptions;
import dev.ila.rank.Agreement;
import dev.ila.rank.Ranking;
import dev.ila.run.RunDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What {@code ila-search} finds without options is no noise. */
@Tag("slow")
class EmbeddedDefaultTest {
    private static final int SEEDS = 5;
    private static final int DRAWS = 1000;

    @TempDir Path folder;

    @Command
    private static final class Options {
        @Mixin private CommonOptions common;
        @Mixin private SearchOptions search;
    }

    @Test
    void fiveSeedsAgreeAboveChance() {
        List<Ranking> rankings = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            Options options = new Options();
            new CommandLine(options).parseArgs("--seed=" + seed);
            SearchSettings settings = options.search.settings(options.common);
            try (RunDirectory run = RunDirectory.create(folder.resolve("seed-" + seed))) {
                Outcome outcome = Search.start(settings, run, new Search.Observer() {});
                assertTrue(outcome.stable().isPresent(), "seed " + seed + " was not stable");
                var metrics = outcome.result().findings().metrics();
                double first = metrics.get("stage1.first_held_out_loss");
                double last = metrics.get("stage1.last_held_out_loss");
                assertTrue(last < 0.8 * first, "held-out loss " + first + " → " + last);
                rankings.add(outcome.ranking().orElseThrow());
            }
        }
        assertEquals(SEEDS, rankings.size());
        Agreement agreement = Agreement.spearman(rankings, DRAWS, 1);
        assertTrue(agreement.mean() >= 0.5, agreement.toString());
        assertTrue(agreement.aboveChance(), agreement.toString());
    }
}
