/**
 * {@link dev.ila.criteria.Criterion} ranks layers by something other than a learned mask: its
 * rivals, each with what it costs. Nothing here trains or compares rankings.
 */
package dev.ila.criteria;
