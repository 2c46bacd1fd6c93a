package dev.distillery.recipe;

import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** The custom resource. */
@Group(TrainingRecipeNames.GROUP)
@Version(TrainingRecipeNames.VERSION)
@Kind(TrainingRecipeNames.KIND)
@Singular("trainingrecipe")
@Plural(TrainingRecipeNames.PLURAL)
@ShortNames({"recipe", "recipes"})
@Categories("distillery")
@ValidationRule(
        value = "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$')",
        message = "expected metadata.name of lower-case letters, digits and '-', at most 40 characters")
@ValidationRule(
        value = "self.spec.suspend || oldSelf.spec.suspend || !has(oldSelf.status) || !has(oldSelf.status.phase)"
                + " || !(oldSelf.status.phase in ['TrainingTeacher', 'TrainingStudent'] || oldSelf.status.phase == 'Pending'"
                + " && has(oldSelf.status.attempts) && has(oldSelf.status.attempts.lastCheckpointStep))"
                + " || (self.spec.dataset == oldSelf.spec.dataset && self.spec.student == oldSelf.spec.student"
                + " && has(self.spec.teacher) == has(oldSelf.spec.teacher)"
                + " && (!has(self.spec.teacher) || self.spec.teacher == oldSelf.spec.teacher)"
                + " && self.spec.training == oldSelf.spec.training && self.spec.tricks == oldSelf.spec.tricks"
                + " && self.spec.export == oldSelf.spec.export && self.spec.compute.gpus == oldSelf.spec.compute.gpus"
                + " && self.spec.compute.cpus == oldSelf.spec.compute.cpus"
                + " && self.spec.compute.workspaceClaim == oldSelf.spec.compute.workspaceClaim)",
        fieldPath = ".spec",
        message = "expected dataset, teacher, student, training, tricks, export, compute.gpus, compute.cpus and"
                + " compute.workspaceClaim as they were: while the recipe trains, or waits to go on from a checkpoint, a change would throw"
                + " its work away; set suspend: true with the change or before it, or wait until training has ended")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Progress", jsonPath = ".status.progress.summary")
@AdditionalPrinterColumn(name = "Top-1", jsonPath = ".status.top1")
@AdditionalPrinterColumn(name = "Teacher", jsonPath = ".spec.teacher.model.family", priority = 1)
@AdditionalPrinterColumn(name = "Student", jsonPath = ".spec.student.model.family", priority = 1)
@AdditionalPrinterColumn(name = "Model", jsonPath = ".status.artifacts[0].uri", priority = 1)
@AdditionalPrinterColumn(name = "Message", jsonPath = ".status.message", priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class TrainingRecipe extends CustomResource<TrainingRecipeSpec, TrainingRecipeStatus> implements Namespaced {
    @Required
    @Override
    public TrainingRecipeSpec getSpec() {
        return super.getSpec();
    }

    /** Records have no empty form; a resource starts without spec and status. */
    @Override
    protected TrainingRecipeSpec initSpec() {
        return null;
    }

    @Override
    protected TrainingRecipeStatus initStatus() {
        return null;
    }
}
