package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;

/** The whole of {@code spec}: data, networks, how to train, and what must hold before the student is published. */
public record TrainingRecipeSpec(
        @Required @JsonPropertyDescription("Where the images lie and how they are seen.") Dataset dataset,
        @JsonPropertyDescription(
                        "The network that is trained first and then distilled. Needed while distillation is on.")
                Network teacher,
        @Required @JsonPropertyDescription("The network that is published.") Network student,
        @Default("{}") @JsonPropertyDescription("Batch size, optimizer and seed.") Training training,
        @Default("{}")
                @JsonPropertyDescription("The eight tricks; all are on by default, each can be tuned or switched off.")
                Tricks tricks,
        @Default("{}") @JsonPropertyDescription("What a trainer pod asks the cluster for.") Compute compute,
        @Default("{}") @JsonPropertyDescription("How often a running stage is saved.") Checkpoint checkpoint,
        @Default("{}") @JsonPropertyDescription("What happens when a trainer pod fails.") Retry retry,
        @Default("false") @JsonPropertyDescription("true stops the running stage and starts none.") boolean suspend,
        @Default("{}") @JsonPropertyDescription("The form of the ONNX file.") Export export,
        @Default("{}") @JsonPropertyDescription("What the student must reach before it is published.") Gate gate,
        @Default("{}") @JsonPropertyDescription("Where the student goes.") Publish publish) {

    public TrainingRecipeSpec withDataset(Dataset other) {
        return new TrainingRecipeSpec(
                other, teacher, student, training, tricks, compute, checkpoint, retry, suspend, export, gate, publish);
    }

    public TrainingRecipeSpec withTricks(Tricks other) {
        return new TrainingRecipeSpec(
                dataset, teacher, student, training, other, compute, checkpoint, retry, suspend, export, gate, publish);
    }

    public TrainingRecipeSpec withTraining(Training other) {
        return new TrainingRecipeSpec(
                dataset, teacher, student, other, tricks, compute, checkpoint, retry, suspend, export, gate, publish);
    }

    public TrainingRecipeSpec withPublish(Publish other) {
        return new TrainingRecipeSpec(
                dataset, teacher, student, training, tricks, compute, checkpoint, retry, suspend, export, gate, other);
    }

    public TrainingRecipeSpec withSuspend(boolean other) {
        return new TrainingRecipeSpec(
                dataset, teacher, student, training, tricks, compute, checkpoint, retry, other, export, gate, publish);
    }

    /** @return what makes a run: all but whether it is suspended and how its model is served */
    public TrainingRecipeSpec ofRun() {
        return new TrainingRecipeSpec(
                dataset,
                teacher,
                student,
                training,
                tricks,
                compute,
                checkpoint,
                retry,
                false,
                export,
                gate,
                publish.withoutInferenceService());
    }
}
