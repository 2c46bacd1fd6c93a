package dev.distillery.recipe;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import io.fabric8.generator.annotation.Default;
import java.util.List;

/**
 * JSON with sorted keys that holds only what differs from the schema's defaults. A field that a later version adds is absent
 * or has its default in every recipe from before, and changes nothing here.
 */
final class CanonicalJson {
    private static final ObjectMapper PLAIN = new ObjectMapper();
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .addModule(new SimpleModule().setSerializerModifier(new BeanSerializerModifier() {
                @Override
                public List<BeanPropertyWriter> changeProperties(
                        SerializationConfig config, BeanDescription type, List<BeanPropertyWriter> properties) {
                    properties.replaceAll(DifferingProperty::new);
                    return properties;
                }
            }))
            .build();

    private CanonicalJson() {}

    /** @param value of recipe records, lists, maps and scalars */
    static String of(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records can be written", e);
        }
    }

    private static final class DifferingProperty extends BeanPropertyWriter {
        private final transient JsonNode preset;

        DifferingProperty(BeanPropertyWriter base) {
            super(base);
            Default annotation = base.getAnnotation(Default.class);
            this.preset = annotation == null ? null : read(annotation.value());
        }

        @Override
        public void serializeAsField(Object bean, JsonGenerator generator, SerializerProvider provider)
                throws Exception {
            Object value = get(bean);
            if (value != null && !(preset != null && isPreset(MAPPER.valueToTree(value)))) {
                super.serializeAsField(bean, generator, provider);
            }
        }

        private boolean isPreset(JsonNode value) {
            return value.isNumber() && preset.isNumber()
                    ? value.decimalValue().compareTo(preset.decimalValue()) == 0
                    : value.equals(preset);
        }

        /** As the schema's generator takes it: JSON if it is, else a string. */
        private static JsonNode read(String text) {
            try {
                return PLAIN.readTree(text);
            } catch (JsonProcessingException e) {
                return PLAIN.getNodeFactory().textNode(text);
            }
        }
    }
}
