package dev.distillery.trainer.parallel;

/**
 * The processes that train one network together, in step: each calls the same methods in the same order, and each gets
 * the same answer. Rank 0 alone writes checkpoints.
 *
 * <p>What is not here yet is the average of the gradients. It belongs between backward pass and update, which a process
 * alone does in one TorchScript program.
 */
public interface Collective {
    /** A process alone. */
    Collective LOCAL = new Collective() {
        @Override
        public int rank() {
            return 0;
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public boolean any(boolean here) {
            return here;
        }

        @Override
        public double sum(double here) {
            return here;
        }
    };

    /** @return from 0 to {@link #size()} − 1 */
    int rank();

    /** @return how many processes, at least 1 */
    int size();

    /** @return whether it is true in at least one process */
    boolean any(boolean here);

    /** @return the sum over all processes */
    double sum(double here);
}
