package dev.ila.study;

import dev.ila.criteria.Criterion;
import dev.ila.criteria.FinalRank;
import dev.ila.criteria.Place;
import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.FineTuning;
import dev.ila.search.SearchSettings;
import dev.ila.train.Schedule;
import dev.ila.train.Stability;
import java.util.Collections;
import java.util.List;

/**
 * What a comparison of tunings compares, and what each of its runs is asked to do.
 *
 * @param base model, data, LoRA's rank or full fine-tuning, steps; its targets and seed are not
 *     read
 * @param seeds one or more
 * @param cuts shares of the layers
 * @param draws of each choice by chance, for each seed
 * @param rates of learning; of several each arm takes the one with the least held-out loss at the
 *     first seed. The ranking comes from the base's.
 * @param lisa the rival that trains whole blocks
 * @param by criteria whose most important layers are rivals too
 */
public record ComparisonSettings(
        SearchSettings base,
        List<Long> seeds,
        List<Double> cuts,
        int draws,
        List<Double> rates,
        Lisa lisa,
        List<Criterion> by) {
    /** Draws in a resampled training, and in LISA. */
    private static final int DRAWS = 10;

    /**
     * LISA in a comparison.
     *
     * @param blocks at a time; 0: it is left out
     * @param rates of learning, of which it takes one as the others do: whole weights want lower
     *     ones than factors
     */
    public record Lisa(int blocks, List<Double> rates) {
        /** Takes a copy. */
        public Lisa {
            rates = List.copyOf(rates);
            Require.atLeast(0, blocks, "blocks of LISA");
            Require.atLeast(1, rates.size(), "number of LISA's rates");
        }
    }

    /** Takes copies, and checks them. */
    public ComparisonSettings {
        seeds = List.copyOf(seeds);
        cuts = List.copyOf(cuts);
        rates = List.copyOf(rates);
        by = List.copyOf(by);
        for (Criterion c : by) {
            Require.that(
                    !(c instanceof Place || c instanceof FinalRank),
                    c.key(),
                    "criterion of a rival",
                    "another one: layers by chance, the first and the last are compared anyway, and"
                            + " AdaLoRA's ranks are of another fine-tuning");
            Require.that(
                    Collections.frequency(by, c) == 1,
                    c.key(),
                    "criterion of a rival",
                    "named once");
        }
        Require.atLeast(1, seeds.size(), "number of seeds");
        Require.atLeast(1, cuts.size(), "number of cuts");
        Require.atLeast(1, rates.size(), "number of rates");
        Require.atLeast(1, draws, "draws");
        Require.that(
                base.stage2().others().isEmpty(),
                base.stage2(),
                "mask of a comparison",
                "of one sparsity: what is held out must not have chosen it");
        Require.that(
                base.delta() instanceof Delta.Lora || base.delta() instanceof Delta.Full,
                base.delta(),
                "change",
                "LoRA or full");
        Require.atLeast(2, base.stage1().schedule().steps(), "steps");
        Require.that(
                cuts.stream().map(Arm::cut).distinct().count() == cuts.size(),
                cuts,
                "cuts",
                "apart by 0.001 or more");
    }

    /** Those of which an arm takes one. */
    public List<Double> rates(Arm arm) {
        return arm.kind().equals(Arm.LISA) ? lisa.rates() : rates;
    }

    /** Steps between two draws of layers or blocks, of which there are about ten. */
    public int every() {
        return (base.stage1().schedule().steps() + DRAWS - 1) / DRAWS;
    }

    /** The rate of the searches. */
    double baseRate() {
        return base.stage1().schedule().rate();
    }

    /** Numbers that are trained in a layer. */
    long numbers(LinearLayer l) {
        return base.delta() instanceof Delta.Lora lora
                ? (long) lora.rank() * (l.inputs() + l.outputs())
                : l.parameters();
    }

    /** The search that gives a seed its ranking, and whose first stage is the tuning of all. */
    SearchSettings search(long seed) {
        return fixed(base.withSeed(seed), baseRate());
    }

    /** The base without a mask. */
    SearchSettings first() {
        return new SearchSettings(
                base.model(),
                base.data(),
                base.delta(),
                base.compute(),
                base.seed(),
                base.stage1(),
                base.stage2(),
                1);
    }

    /** The tuning of an arm. */
    SearchSettings of(Arm arm, long seed, double rate) {
        Delta delta = base.delta().on(arm.layers().stream().map(LinearLayer::name).toList());
        if (arm.kind().equals(Arm.RESAMPLED)) {
            delta = new Delta.Resampled((Delta.Lora) delta, arm.atOnce(), every());
        } else if (arm.kind().equals(Arm.LISA)) {
            delta = new Delta.Lisa(lisa.blocks(), every());
        }
        return fixed(first().withSeed(seed).with(delta), rate);
    }

    /** With the same number of steps whatever the held-out loss does, measured at the end alone. */
    private static SearchSettings fixed(SearchSettings of, double rate) {
        Schedule s = of.stage1().schedule();
        return of.with(
                new FineTuning(
                        new Schedule(rate, s.warmup(), s.shape(), s.steps()),
                        of.stage1().weightDecay(),
                        of.stage1().maxNorm(),
                        s.steps(),
                        new Stability(of.stage1().stability().epsilon(), 1)));
    }
}
