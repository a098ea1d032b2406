/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Asks a model, or what was learned of one: held-out loss, multiple choice, answers.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g
//DEPS ../lib/ila.java

import dev.ila.cli.Errors;
import dev.ila.cli.EvalOptions;
import dev.ila.cli.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "ila-eval",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures a model, with or without what a run has learned: loss and perplexity on"
                    + " conversations, accuracy of multiple choice as lm-evaluation-harness has it,"
                    + " each with its 95 % interval; and answers questions for a judge.%n",
        },
        footer = {
            "%nExamples",
            "  ila-eval --change runs/ila-tune-1",
            "  ila-eval --model SmolLM2-135M-Instruct --task mmlu=mmlu --task arc=ARC-Challenge-Test.jsonl",
            "  ila-eval --change runs/ila-tune-1 --questions mt_bench/question.jsonl",
        })
class IlaEval implements Callable<Integer> {
    @Mixin private EvalOptions options;

    @Option(names = "--verbose", description = "Show the stack trace if the command fails.")
    private boolean verbose;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaEval()).execute(args));
    }

    @Override
    public Integer call() {
        try (Progress progress = Progress.to(System.err)) {
            System.out.print(options.evaluate(progress));
        }
        return 0;
    }
}
