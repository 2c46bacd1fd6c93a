/**
 * Averages of weights over the steps of a training: what they are made of is decided here, in plain numbers; the
 * arithmetic on the device is TorchScript's. May import: the JDK only.
 */
package dev.distillery.trainer.averaging;
