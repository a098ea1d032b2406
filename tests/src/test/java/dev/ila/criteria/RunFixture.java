package dev.ila.criteria;

import dev.ila.run.RunDirectory;
import dev.ila.search.Delta;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import java.nio.file.Path;
import java.util.Optional;

/** Short runs of the embedded model, and what criteria are asked of them. */
public final class RunFixture {
    public static final Compute CPU = new Compute("cpu", Precision.F32, 2, false);

    private RunFixture() {}

    /** A run of a few steps of each stage. */
    public static SearchSettings run(Path directory, Delta delta, int steps) {
        SearchSettings embedded = SearchSettings.embedded();
        SearchSettings settings =
                embedded.with(embedded.data().withLimit(80))
                        .with(delta)
                        .with(CPU)
                        .withSteps(steps, 3);
        try (RunDirectory run = RunDirectory.create(directory)) {
            Search.start(settings, run, new Search.Observer() {});
        }
        return settings;
    }

    static Subject subject(SearchSettings settings, Path run) {
        return new Subject(
                new Subject.Given(
                        settings.model(),
                        Optional.of(run),
                        Optional.of(settings),
                        Optional.of(settings.data()),
                        12,
                        CPU,
                        1),
                Subject.Progress.SILENT);
    }

    static Subject model(String model) {
        return new Subject(
                new Subject.Given(
                        model, Optional.empty(), Optional.empty(), Optional.empty(), 12, CPU, 1),
                Subject.Progress.SILENT);
    }
}
