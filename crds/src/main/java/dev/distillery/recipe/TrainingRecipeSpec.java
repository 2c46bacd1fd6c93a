package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** The whole of {@code spec}: data, networks, how to train, and what must hold before the student is published. */
@ValidationRule(
        value = "has(self.teacher) || !self.tricks.distillation.enabled",
        fieldPath = ".teacher",
        message = "expected a network, or tricks.distillation.enabled: false")
@ValidationRule(
        value = "!self.tricks.warmup.enabled || (self.tricks.warmup.epochs < self.student.epochs"
                + " && (!has(self.teacher) || !self.tricks.distillation.enabled"
                + " || self.tricks.warmup.epochs < self.teacher.epochs))",
        fieldPath = ".tricks.warmup.epochs",
        message = "expected below the epochs of the student and of the teacher")
@ValidationRule(
        value = "!self.tricks.cosineDecay.enabled || !has(self.tricks.cosineDecay.restarts)"
                + " || ([self.student.epochs]"
                + " + (has(self.teacher) && self.tricks.distillation.enabled ? [self.teacher.epochs] : []))"
                + ".all(epochs, self.tricks.cosineDecay.restarts.firstEpochs"
                + " <= epochs - (self.tricks.warmup.enabled ? self.tricks.warmup.epochs : 0))",
        fieldPath = ".tricks.cosineDecay.restarts.firstEpochs",
        message = "expected at most the epochs that student and teacher have left after warm-up")
@ValidationRule(
        value = "!self.tricks.cosineDecay.enabled || !has(self.tricks.cosineDecay.restarts)"
                + " || !self.tricks.cosineDecay.restarts.snapshots"
                + " || (self.tricks.warmup.enabled ? self.tricks.warmup.epochs : 0)"
                + " + self.tricks.cosineDecay.restarts.firstEpochs * (1 + self.tricks.cosineDecay.restarts.factor)"
                + " <= self.student.epochs",
        fieldPath = ".tricks.cosineDecay.restarts.snapshots",
        message = "expected two whole cycles or more in student.epochs, or snapshots: false")
@ValidationRule(
        value = "self.compute.gpus > 0 || !self.tricks.mixedPrecision.enabled"
                + " || self.tricks.mixedPrecision.dtype != 'fp16'",
        fieldPath = ".tricks.mixedPrecision.dtype",
        message = "expected auto, bf16 or fp32 on a CPU (compute.gpus: 0)")
@ValidationRule(
        value = "!self.tricks.modelTweaks.enabled || self.tricks.modelTweaks.variant != 'C'"
                + " || !(self.student.model.family == 'resnet-cifar' || (self.tricks.distillation.enabled"
                + " && has(self.teacher) && self.teacher.model.family == 'resnet-cifar'))",
        fieldPath = ".tricks.modelTweaks.variant",
        message = "expected B or D: C replaces a 7x7 stem, and the stem of family resnet-cifar is 3x3")
@ValidationRule(
        value = "has(self.publish.destinations) && size(self.publish.destinations) > 0"
                + " && self.publish.destinations.all(a,"
                + " self.publish.destinations.exists_one(b, a.uri == b.uri))",
        fieldPath = ".publish.destinations",
        message = "expected one or more, each once, e.g. [{uri: \"pvc://models/vision\"}]")
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
        @Default("{}") @JsonPropertyDescription("Where the student goes.") Publish publish,
        @Default("{}") @JsonPropertyDescription("What stays when the run has ended.") Retention retention) {

    public TrainingRecipeSpec withDataset(Dataset other) {
        return new TrainingRecipeSpec(
                other,
                teacher,
                student,
                training,
                tricks,
                compute,
                checkpoint,
                retry,
                suspend,
                export,
                gate,
                publish,
                retention);
    }

    public TrainingRecipeSpec withTricks(Tricks other) {
        return new TrainingRecipeSpec(
                dataset,
                teacher,
                student,
                training,
                other,
                compute,
                checkpoint,
                retry,
                suspend,
                export,
                gate,
                publish,
                retention);
    }

    public TrainingRecipeSpec withTraining(Training other) {
        return new TrainingRecipeSpec(
                dataset,
                teacher,
                student,
                other,
                tricks,
                compute,
                checkpoint,
                retry,
                suspend,
                export,
                gate,
                publish,
                retention);
    }

    public TrainingRecipeSpec withPublish(Publish other) {
        return new TrainingRecipeSpec(
                dataset,
                teacher,
                student,
                training,
                tricks,
                compute,
                checkpoint,
                retry,
                suspend,
                export,
                gate,
                other,
                retention);
    }

    public TrainingRecipeSpec withSuspend(boolean other) {
        return new TrainingRecipeSpec(
                dataset,
                teacher,
                student,
                training,
                tricks,
                compute,
                checkpoint,
                retry,
                other,
                export,
                gate,
                publish,
                retention);
    }

    /** @return what makes a run: all but whether it is suspended, what is kept after it, and how its model is served */
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
                publish.withoutInferenceService(),
                null);
    }
}
