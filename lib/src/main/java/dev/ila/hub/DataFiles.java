package dev.ila.hub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Which files of a data set's repository are which split: as its card says under {@code configs},
 * or else by their names, as Hugging Face's {@code datasets} has it.
 */
public final class DataFiles {
    /** The card's file. */
    public static final String CARD = "README.md";

    private static final Pattern READABLE =
            Pattern.compile(".*\\.(parquet|((json|jsonl|csv|tsv)(\\.gz)?))");
    private static final Pattern NOT_DATA =
            Pattern.compile("(.*/)?(dataset_infos?|config|state|index)\\.json|(.*/)?\\..*");
    private static final Pattern HEADER = Pattern.compile("^---\\R(.*?)\\R---\\R", Pattern.DOTALL);

    /** A name that tells the split and how many files there are of it. */
    private static final Pattern SHARD =
            Pattern.compile("(?:.*/)?([A-Za-z0-9_.]+)-\\d{5}-of-\\d{5}(?:-[0-9a-f]+)?\\..*");

    private static final Map<String, List<String>> WORDS = new LinkedHashMap<>();

    static {
        WORDS.put("test", List.of("test", "testing", "eval", "evaluation"));
        WORDS.put("validation", List.of("validation", "valid", "dev", "val"));
        WORDS.put("train", List.of("train", "training"));
    }

    private final Map<String, Map<String, List<String>>> configs = new TreeMap<>();
    private Optional<String> usual = Optional.empty();

    private DataFiles() {}

    /**
     * Splits of a repository.
     *
     * @param paths of all its files
     * @param card the text of its {@link #CARD}; empty if there is none
     * @throws IllegalArgumentException if no file of it can be read, or its card is broken
     */
    public static DataFiles of(HubId id, Collection<String> paths, String card) {
        List<String> readable =
                paths.stream()
                        .filter(p -> READABLE.matcher(p).matches())
                        .filter(p -> !NOT_DATA.matcher(p).matches())
                        .sorted()
                        .toList();
        if (readable.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s must have data in JSON, CSV, TSV or Parquet, but has: %s; %s@refs/convert/parquet may have it"
                            .formatted(id, paths.isEmpty() ? "no files" : shown(paths), id.name()));
        }
        DataFiles files = new DataFiles();
        files.fromCard(id, readable, card);
        if (files.configs.isEmpty()) {
            Map<String, List<String>> splits = new TreeMap<>();
            readable.forEach(p -> splits.computeIfAbsent(split(p), s -> new ArrayList<>()).add(p));
            files.configs.put("default", splits);
        }
        return files;
    }

    /**
     * The files of one split, in the order of the card or of their names.
     *
     * @param part {@code split}, {@code config/split} or {@code config/}; nothing: {@code train},
     *     or the only one
     * @throws IllegalArgumentException if there is none of that name, with the names that there are
     */
    public Part part(HubId id, Optional<String> part) {
        String text = part.orElse("");
        int slash = text.lastIndexOf('/');
        String config = slash < 0 ? config(id) : text.substring(0, slash);
        Map<String, List<String>> splits =
                Optional.ofNullable(configs.get(config))
                        .orElseThrow(() -> unknown(id, "configuration", config, configs.keySet()));
        String asked = text.substring(slash + 1);
        boolean only = asked.isEmpty() && splits.size() == 1;
        String split = only ? splits.keySet().iterator().next() : asked.isEmpty() ? "train" : asked;
        List<String> files =
                Optional.ofNullable(splits.get(split))
                        .orElseThrow(() -> unknown(id, "split", split, splits.keySet()));
        return new Part(configs.size() > 1 ? config + "/" + split : split, files);
    }

    /**
     * One split's files.
     *
     * @param name by which {@link #part} finds it again
     * @param files their paths in the repository
     */
    public record Part(String name, List<String> files) {
        /** Takes a copy. */
        public Part {
            files = List.copyOf(files);
        }
    }

    private String config(HubId id) {
        if (configs.size() == 1) {
            return configs.keySet().iterator().next();
        }
        return usual.orElseThrow(() -> unknown(id, "configuration", "not said", configs.keySet()));
    }

    private static IllegalArgumentException unknown(
            HubId id, String what, String is, Collection<String> known) {
        String example = what.equals("split") ? ":SPLIT" : ":CONFIGURATION/SPLIT";
        return new IllegalArgumentException(
                "%s of %s must be one of %s, but is: %s; name it as %s%s"
                        .formatted(what, id, String.join(", ", known), is, id.toString(), example));
    }

    /** What the card says of configurations and splits; nothing, if it says nothing. */
    private void fromCard(HubId id, List<String> readable, String card) {
        Matcher header = HEADER.matcher(card);
        if (!header.find()) {
            return;
        }
        Object said;
        try {
            said = new Yaml(new SafeConstructor(new LoaderOptions())).load(header.group(1));
        } catch (YAMLException e) {
            String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new IllegalArgumentException(
                    "card of %s must begin with YAML, but is: broken (%s)".formatted(id, first), e);
        }
        if (!(said instanceof Map<?, ?> map && map.get("configs") instanceof List<?> list)) {
            return;
        }
        for (Object one : list) {
            if (one instanceof Map<?, ?> config) {
                addConfig(config, readable);
            }
        }
    }

    private void addConfig(Map<?, ?> config, List<String> readable) {
        String name = text(config, "config_name").orElse("default");
        String folder =
                text(config, "data_dir").map(d -> d.replaceFirst("/+$", "") + "/").orElse("");
        Map<String, List<String>> splits = new TreeMap<>();
        if (config.get("data_files") == null) {
            readable.stream()
                    .filter(p -> p.startsWith(folder))
                    .forEach(p -> splits.computeIfAbsent(split(p), s -> new ArrayList<>()).add(p));
        } else {
            for (Object entry : listOf(config.get("data_files"))) {
                boolean named = entry instanceof Map<?, ?>;
                Object patterns = named ? ((Map<?, ?>) entry).get("path") : entry;
                String split = named ? text((Map<?, ?>) entry, "split").orElse("train") : "train";
                List<String> files = splits.computeIfAbsent(split, s -> new ArrayList<>());
                for (Object pattern : listOf(patterns)) {
                    Pattern matches = glob(folder + pattern);
                    readable.stream().filter(p -> matches.matcher(p).matches()).forEach(files::add);
                }
            }
        }
        splits.values().removeIf(List::isEmpty);
        if (!splits.isEmpty()) {
            configs.put(name, splits);
            if (name.equals("default") || Boolean.TRUE.equals(config.get("default"))) {
                usual = Optional.of(name);
            }
        }
    }

    private static Optional<String> text(Map<?, ?> map, String key) {
        return Optional.ofNullable(map.get(key)).map(String::valueOf);
    }

    private static List<?> listOf(Object value) {
        if (value == null) {
            return List.of();
        }
        return value instanceof List<?> list ? list : List.of(value);
    }

    /** The split that a file's name, or that of a folder it is in, tells; train if none does. */
    private static String split(String path) {
        Matcher shard = SHARD.matcher(path);
        if (shard.matches()) {
            return shard.group(1);
        }
        String lower = path.toLowerCase(Locale.ROOT);
        for (Map.Entry<String, List<String>> split : WORDS.entrySet()) {
            String any = String.join("|", split.getValue());
            if (Pattern.compile("(?:^|[-._ /0-9])(?:" + any + ")(?:$|[-._ /0-9])")
                    .matcher(lower)
                    .find()) {
                return split.getKey();
            }
        }
        return "train";
    }

    /** As {@code datasets} reads it: {@code **} crosses folders, a folder stands for all in it. */
    private static Pattern glob(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else if (c == '[' || c == ']') {
                regex.append(c);
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        try {
            return Pattern.compile(regex.toString().replace("[\\Q!\\E", "[^") + "(?:/.*)?");
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "pattern in a data set's card must be a glob, but is: " + glob, e);
        }
    }

    private static String shown(Collection<String> paths) {
        List<String> first = new ArrayList<>(new TreeSet<>(paths));
        int most = Math.min(6, first.size());
        String more = most < first.size() ? ", …" : "";
        return String.join(", ", first.subList(0, most)) + more;
    }
}
