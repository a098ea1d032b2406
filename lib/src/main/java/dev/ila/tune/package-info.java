/** Tunes only some of the layers, and hands the choice to other trainers (paper §4). */
package dev.ila.tune;
