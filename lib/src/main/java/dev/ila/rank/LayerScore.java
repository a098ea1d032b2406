package dev.ila.rank;

import dev.ila.model.LinearLayer;

/**
 * One layer's place in a ranking.
 *
 * @param layer which
 * @param logit sᵢ, the learned number; for rankings that learn none, the criterion's own value
 * @param score what layers are ranked by, higher is more important: σ(sᵢ) for the mask
 * @param rank from 1, the most important
 */
public record LayerScore(LinearLayer layer, double logit, double score, int rank) {}
