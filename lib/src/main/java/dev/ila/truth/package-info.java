/**
 * What a layer's change is worth, measured: {@link dev.ila.truth.Ablation} takes changes away and
 * reads the loss. Rankings are held against it here.
 */
package dev.ila.truth;
