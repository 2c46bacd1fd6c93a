package dev.distillery.trainer.schedule;

/**
 * The rate divided by 10 at half and at three quarters of the steps: He et al. 2016 on CIFAR. The plain schedule, where no
 * trick replaces it.
 *
 * @param steps of the whole decay
 */
public record StepDecay(double peak, long steps) implements Schedule {
    @Override
    public double rate(long step) {
        if (2 * step < steps) {
            return peak;
        }
        return 4 * step < 3 * steps ? peak / 10 : peak / 100;
    }
}
