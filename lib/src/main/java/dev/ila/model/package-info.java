/**
 * {@link dev.ila.model.Checkpoint} is a model on disk: its architecture, its tensors, its linear
 * layers. Nothing here computes with a weight.
 */
package dev.ila.model;
