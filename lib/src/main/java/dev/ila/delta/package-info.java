/**
 * {@link dev.ila.delta.LoraLayout} and {@link dev.ila.delta.FullDifference} say how Δθ lies in one
 * vector of f32, {@link dev.ila.delta.PeftAdapter} brings it from and to PEFT's files. Nothing here
 * is trained, and no weight is changed.
 */
package dev.ila.delta;
