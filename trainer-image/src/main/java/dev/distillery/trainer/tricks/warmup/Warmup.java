package dev.distillery.trainer.tricks.warmup;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.schedule.Schedule;

/**
 * Raises the rate to the peak over the first {@code steps} optimizer steps; then {@code rest} begins at its step 0. With
 * {@code f = startFraction} and {@code p = step / steps}:
 *
 * <ul>
 *   <li>linear: {@code peak · (f + (1 − f)·p)}
 *   <li>exponential: {@code peak · f^(1 − p)}
 *   <li>step: {@code peak · (f + (1 − f)·k/n)} in n equal stairs, one an epoch, k = 1 … n
 *   <li>constant: {@code peak · f}
 * </ul>
 *
 * @param epochs n, the stairs of form step
 */
public record Warmup(Tricks.Warmup.Form form, double startFraction, double peak, long steps, int epochs, Schedule rest)
        implements Schedule {

    /** @return {@code rest} alone where the trick is off */
    public static Schedule of(Tricks.Warmup recipe, double peak, long stepsPerEpoch, Schedule rest) {
        long steps = steps(recipe, stepsPerEpoch);
        return steps == 0
                ? rest
                : new Warmup(recipe.form(), recipe.startFraction(), peak, steps, recipe.epochs(), rest);
    }

    /** @return optimizer steps that the warm-up takes, which the schedule after it must do without */
    public static long steps(Tricks.Warmup recipe, long stepsPerEpoch) {
        return recipe.enabled() ? recipe.epochs() * stepsPerEpoch : 0;
    }

    @Override
    public double rate(long step) {
        if (step >= steps) {
            return rest.rate(step - steps);
        }
        double progress = (double) step / steps;
        return switch (form) {
            case LINEAR -> peak * (startFraction + (1 - startFraction) * progress);
            case EXPONENTIAL -> peak * Math.pow(startFraction, 1 - progress);
            case STEP -> peak * (startFraction + (1 - startFraction) * (1 + step * epochs / steps) / epochs);
            case CONSTANT -> peak * startFraction;
        };
    }
}
