package dev.ila.criteria;

import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.delta.PeftAdapter;
import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.SearchSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The rank that AdaLoRA (arXiv 2303.10512) has left a layer at the end; many layers are equal. Of a
 * run the layers that it tuned are ranked, of an adapter of anyone's all.
 */
public record FinalRank() implements Criterion {
    @Override
    public String key() {
        return "adalora";
    }

    @Override
    public String formula() {
        return "rank that AdaLoRA has left";
    }

    @Override
    public Need need() {
        return Need.CHANGE;
    }

    @Override
    public boolean fits(Subject.Given given) {
        return given.settings().filter(s -> s.delta() instanceof Delta.AdaLora).isPresent();
    }

    @Override
    public Scored rank(Subject subject) {
        Path run = subject.given().run().orElseThrow();
        Path inside = run.resolve("adapter");
        Path adapter = Files.exists(inside) ? inside : run;
        Optional<Delta> how = subject.given().settings().map(SearchSettings::delta);
        Require.that(
                how.isEmpty() || how.get() instanceof Delta.AdaLora,
                run,
                "run of adalora",
                "one of ila-tune or ila-search with --adalora");
        List<LinearLayer> all = subject.layers();
        List<LinearLayer> tuned =
                how.map(d -> LoraConfig.named(all, ((Delta.AdaLora) d).targets())).orElse(all);
        LoraLayout layout = PeftAdapter.read(adapter, all).layout();
        double[] values = tuned.stream().mapToDouble(l -> layout.rank(l.index())).toArray();
        return Scored.of(this, tuned, values, Scored.Read.NOTHING);
    }
}
