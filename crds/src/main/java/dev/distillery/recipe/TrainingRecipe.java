package dev.distillery.recipe;

import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
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
@ShortNames("recipe")
@Categories("distillery")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Progress", jsonPath = ".status.progress.summary")
@AdditionalPrinterColumn(name = "Top-1", jsonPath = ".status.top1")
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
