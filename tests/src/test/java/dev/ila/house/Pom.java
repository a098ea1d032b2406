package dev.ila.house;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** What the poms say, as far as JBang must say the same. */
final class Pom {
    private static final Pattern PROPERTY = Pattern.compile("\\$\\{([^}]+)}");

    private Pom() {}

    /** Returns the properties of the root pom, those of profiles left out. */
    static Map<String, String> properties() throws Exception {
        Map<String, String> properties = new TreeMap<>();
        for (Element e : children(child(root("pom.xml"), "properties"))) {
            properties.put(e.getTagName(), e.getTextContent().strip());
        }
        return properties;
    }

    /**
     * Returns a pom's dependencies as group:artifact:version[:classifier], after the lists of
     * versions that it imports, with @pom at their end.
     */
    static List<String> dependencies(String pom) throws Exception {
        List<String> found = new ArrayList<>();
        Element managed = child(root(pom), "dependencyManagement");
        if (managed != null) {
            dependencies(managed).forEach(d -> found.add(d + "@pom"));
        }
        found.addAll(dependencies(root(pom)));
        return found;
    }

    private static List<String> dependencies(Element parent) throws Exception {
        Map<String, String> properties = properties();
        properties.put("project.version", "");
        List<String> found = new ArrayList<>();
        for (Element d : children(child(parent, "dependencies"))) {
            found.add(
                    Stream.of("groupId", "artifactId", "version", "classifier")
                            .map(name -> child(d, name))
                            .filter(Objects::nonNull)
                            .map(e -> resolve(e.getTextContent().strip(), properties))
                            .collect(Collectors.joining(":")));
        }
        return found;
    }

    private static String resolve(String text, Map<String, String> properties) {
        return PROPERTY.matcher(text)
                .replaceAll(m -> Matcher.quoteReplacement(properties.get(m.group(1))));
    }

    private static Element root(String file) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Tree.ROOT.resolve(file).toFile())
                .getDocumentElement();
    }

    private static List<Element> children(Element parent) {
        List<Element> found = new ArrayList<>();
        NodeList nodes = parent.getChildNodes();
        for (int i = 0; i < nodes.getLength(); i++) {
            Node node = nodes.item(i);
            if (node instanceof Element) {
                found.add((Element) node);
            }
        }
        return found;
    }

    private static Element child(Element parent, String name) {
        return children(parent).stream()
                .filter(e -> e.getTagName().equals(name))
                .findFirst()
                .orElse(null);
    }
}
