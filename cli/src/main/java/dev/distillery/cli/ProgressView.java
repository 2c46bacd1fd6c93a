package dev.distillery.cli;

import dev.distillery.status.TrainingRecipeStatus;

/** Shows a run while it lasts. */
interface ProgressView {
    /** What happens before there is a status. */
    void note(String text);

    void show(TrainingRecipeStatus status);

    /** Leaves the cursor at the start of an empty line. */
    void end();
}
