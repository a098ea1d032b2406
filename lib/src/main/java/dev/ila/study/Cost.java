package dev.ila.study;

import java.util.OptionalLong;

/**
 * What a run's training costs.
 *
 * @param secondsAStep median over its steps
 * @param peak bytes that the process held at its highest until the training's end, loading
 *     included; empty where it was not measured: on a GPU, where the system does not tell, or in a
 *     run that was made without
 * @param counted bytes of a step's memory, by count
 */
public record Cost(double secondsAStep, OptionalLong peak, long counted) {}
