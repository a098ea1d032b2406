/**
 * {@link dev.ila.torch.Network} is the compute core: a Llama-shaped network with a masked change of
 * its weights, its loss and its gradients. No file is read here, and no step is taken: only {@link
 * dev.ila.torch.AdamW} changes a number that training owns.
 */
package dev.ila.torch;
