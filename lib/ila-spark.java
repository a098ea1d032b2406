// The library for JBang with a study's runs on Apache Spark: ./jbang takes it for `ila-study --spark`.
// The list below says what lib/spark says, and HouseTest compares, as in ila.java.
//JAVA 17+
//JAVAC_OPTIONS --release 17 -encoding UTF-8
//DEPS ila.java
// begin
//SOURCES spark/src/main/java/dev/ila/spark/RunTask.java
//SOURCES spark/src/main/java/dev/ila/spark/SparkCluster.java
//SOURCES spark/src/main/java/dev/ila/spark/package-info.java
//FILES META-INF/services/dev.ila.study.Cluster=spark/src/main/resources/META-INF/services/dev.ila.study.Cluster
//DEPS io.netty:netty-bom:4.2.7.Final@pom
//DEPS org.apache.spark:spark-core_2.13:4.1.1
// end

final class ila_spark {}
