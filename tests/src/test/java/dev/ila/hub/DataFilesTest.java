package dev.ila.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataFilesTest {
    private static final HubId ID = new HubId(HubId.Kind.DATASET, "org/talk", Optional.empty());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train.jsonl test.jsonl lima.py README.md | | train | train.jsonl",
                "train.jsonl test.jsonl | test | test | test.jsonl",
                "talk.json dataset_infos.json .gitattributes | | train | talk.json",
                "data/train-00000-of-00002.parquet data/train-00001-of-00002.parquet"
                        + " data/test-00000-of-00001.parquet"
                        + "| train | train | data/train-00000-of-00002.parquet"
                        + " data/train-00001-of-00002.parquet",
                "data/train_sft-00000-of-00003-a3ec.parquet data/test_sft-00000-of-00001-f7da.parquet"
                        + "| train_sft | train_sft | data/train_sft-00000-of-00003-a3ec.parquet",
                "default/train/0000.parquet default/test/0000.parquet"
                        + "| | train | default/train/0000.parquet",
                "a/my-dev.csv a/training_set.csv b/eval.tsv.gz | validation | validation"
                        + "| a/my-dev.csv",
                "only_test.json | | test | only_test.json",
                "contest.json latest.csv | | train | contest.json latest.csv"
            })
    void namesTellSplits(String paths, String asked, String name, String files) {
        DataFiles.Part part =
                DataFiles.of(ID, List.of(paths.split(" ")), "no card")
                        .part(ID, Optional.ofNullable(asked));
        assertEquals(name, part.name());
        assertEquals(List.of(files.split(" ")), part.files());
    }

    @Test
    void theCardTellsConfigurationsAndSplits() {
        String card =
                """
                ---
                license: mit
                configs:
                - config_name: main
                  default: true
                  data_files:
                  - split: train
                    path: main/**/t*-*.parquet
                  - split: test
                    path:
                    - main/b.parquet
                    - main/a.parquet
                - config_name: other
                  data_dir: more
                - config_name: text
                  data_files: "*.jsonl"
                - config_name: nothing
                  data_files: none.csv
                ---
                # Talk
                """;
        List<String> paths =
                List.of(
                        "x.jsonl",
                        "main/a.parquet",
                        "main/b.parquet",
                        "main/t-1.parquet",
                        "main/deep/t-2.parquet",
                        "more/train.csv",
                        "more/test.csv");
        DataFiles files = DataFiles.of(ID, paths, card);
        assertEquals(
                new DataFiles.Part(
                        "main/train", List.of("main/deep/t-2.parquet", "main/t-1.parquet")),
                files.part(ID, Optional.empty()));
        assertEquals(
                List.of("main/b.parquet", "main/a.parquet"),
                files.part(ID, Optional.of("test")).files());
        assertEquals(
                new DataFiles.Part("other/test", List.of("more/test.csv")),
                files.part(ID, Optional.of("other/test")));
        assertEquals(List.of("x.jsonl"), files.part(ID, Optional.of("text/")).files());
        assertEquals(
                "configuration of org/talk must be one of main, other, text, but is: nothing; name"
                        + " it as org/talk:CONFIGURATION/SPLIT",
                failure(() -> files.part(ID, Optional.of("nothing/train"))));
    }

    @Test
    void whatIsNotThereIsNamedWithWhatIs() {
        DataFiles files =
                DataFiles.of(ID, List.of("data/train_sft-00000-of-00001.parquet", "test.json"), "");
        assertEquals(
                "split of org/talk must be one of test, train_sft, but is: train; name it as"
                        + " org/talk:SPLIT",
                failure(() -> files.part(ID, Optional.empty())));
        assertEquals(
                "org/talk must have data in JSON, CSV, TSV or Parquet, but has: README.md, talk.py;"
                        + " org/talk@refs/convert/parquet may have it",
                failure(() -> DataFiles.of(ID, List.of("talk.py", "README.md"), "")));
        String broken = failure(() -> DataFiles.of(ID, List.of("a.json"), "---\na: [\n---\n"));
        assertEquals(
                "card of org/talk must begin with YAML, but is: broken (", broken.substring(0, 55));
        assertEquals(1, broken.lines().count());
        DataFiles two =
                DataFiles.of(
                        ID,
                        List.of("a.json", "b.json"),
                        """
                        ---
                        configs:
                        - {config_name: a, data_files: a.json}
                        - {config_name: b, data_files: b.json}
                        ---
                        """);
        assertEquals(
                "configuration of org/talk must be one of a, b, but is: not said; name it as"
                        + " org/talk:CONFIGURATION/SPLIT",
                failure(() -> two.part(ID, Optional.empty())));
    }

    private static String failure(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(IllegalArgumentException.class, call).getMessage();
    }
}
