package dev.ila.search;

import dev.ila.rank.Ranking;
import dev.ila.train.History;
import dev.ila.train.Stability;
import java.util.Optional;

/**
 * A finished search.
 *
 * @param result as kept in {@code result.json}
 * @param history every step of both stages
 * @param stable where stage 1 became stable, if it was made and did
 * @param ranking of the layers with a Δθᵢ, unless stage 2 was not asked for
 */
public record Outcome(
        Result result,
        History history,
        Optional<Stability.Point> stable,
        Optional<Ranking> ranking) {}
