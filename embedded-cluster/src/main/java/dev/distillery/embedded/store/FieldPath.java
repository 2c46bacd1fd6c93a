package dev.distillery.embedded.store;

import java.util.ArrayList;
import java.util.List;

/** Where a field lies, in the elements of {@code fieldsV1}: {@code f:name}, {@code k:{…}}, {@code v:…}. */
record FieldPath(List<String> elements) {
    static final FieldPath ROOT = new FieldPath(List.of());

    FieldPath child(String element) {
        List<String> longer = new ArrayList<>(elements);
        longer.add(element);
        return new FieldPath(List.copyOf(longer));
    }

    boolean startsWith(FieldPath prefix) {
        return elements.size() >= prefix.elements.size()
                && elements.subList(0, prefix.elements.size()).equals(prefix.elements);
    }

    /** {@code .spec.containers[name="main"].image}, as conflict messages write it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String element : elements) {
            String value = element.substring(2);
            switch (element.charAt(0)) {
                case 'f' -> text.append('.').append(value);
                case 'k' -> {
                    List<String> pairs = new ArrayList<>();
                    Json.parse(value).properties().forEach(key -> pairs.add(key.getKey() + "=" + key.getValue()));
                    text.append('[').append(String.join(",", pairs)).append(']');
                }
                default -> text.append("[=").append(value).append(']');
            }
        }
        return text.toString();
    }
}
