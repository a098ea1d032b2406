/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Prints what differs between two runs: settings, data, versions, scores.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g
//DEPS ../lib/ila.java

import dev.ila.cli.Errors;
import dev.ila.search.Differences;
import dev.ila.view.Tables;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "ila-diff",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Prints what differs between two finished runs, and nothing else: settings, data, model,"
                    + " versions, machine, metrics, scores. Times are not compared.",
        },
        footer = {
            "%nExamples",
            "  ila-diff runs/ila-search-1 runs/ila-search-2",
        })
class IlaDiff implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "A", description = "A run directory.")
    private Path first;

    @Parameters(index = "1", paramLabel = "B", description = "Another one.")
    private Path second;

    @Option(names = "--verbose", description = "Show the stack trace if the command fails.")
    private boolean verbose;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaDiff()).execute(args));
    }

    @Override
    public Integer call() {
        List<Differences.Difference> all = Differences.of(first, second);
        System.out.print(all.isEmpty() ? "no difference\n" : Tables.text(Tables.differences(all)));
        return 0;
    }
}
