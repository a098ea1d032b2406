/**
 * What a layer's change is worth, measured: changes are taken away and the loss is read, or {@link
 * dev.ila.truth.PlantedStudy} plants an alignment that is known. Rankings are held against it here.
 */
package dev.ila.truth;
