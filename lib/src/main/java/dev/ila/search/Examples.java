package dev.ila.search;

import dev.ila.data.Conversations;
import dev.ila.data.Dataset;
import dev.ila.data.Format;
import dev.ila.data.Supervision;
import dev.ila.data.Tokenizer;
import dev.ila.model.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The examples that a model's tokenizer and template make of the data that settings name. */
final class Examples {
    private Examples() {}

    /** All of them; the files are read as a stream. */
    static Dataset read(SearchSettings.Data data, Checkpoint checkpoint) {
        return supervised(
                checkpoint, s -> Dataset.read(paths(data), reading(data), s, data.maxLength()));
    }

    /** The same of conversations that were changed before. */
    static Dataset read(
            SearchSettings.Data data,
            Checkpoint checkpoint,
            UnaryOperator<Conversations.Loaded> change) {
        Conversations.Loaded changed = change.apply(Conversations.read(paths(data), reading(data)));
        return supervised(checkpoint, s -> Dataset.of(changed, s, data.maxLength()));
    }

    private static Dataset supervised(
            Checkpoint checkpoint, Function<Supervision, Dataset> reader) {
        try (Tokenizer tokenizer =
                Tokenizer.load(checkpoint.directory())
                        .fitting(checkpoint.architecture().vocabulary())) {
            return reader.apply(new Supervision(tokenizer));
        }
    }

    private static List<Path> paths(SearchSettings.Data data) {
        return data.files().stream().flatMap(f -> Named.files(f).stream()).toList();
    }

    private static Conversations.Reading reading(SearchSettings.Data data) {
        String format = data.format();
        return new Conversations.Reading(
                format.isEmpty() ? Optional.empty() : Optional.of(Format.of(format)),
                data.columns(),
                data.limit());
    }
}
