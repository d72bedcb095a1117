//! Tables with a header, as data sets.

use std::{fs::File, io::Read, path::Path};

use csv::{ReaderBuilder, StringRecord};

use super::{
    csv_text::{Line, Text},
    dataset::Dataset,
};
use crate::{Error, Matrix, Result, math::matrix};

/// How to read a data set from a CSV file with a header: which column is the label, or which are targets of a regression.
///
/// Every other column is a feature, a number in each line, and keeps its name. Fields may be quoted, the file may begin
/// with a byte order mark, and blank lines are passed over. What is missing or no number is an error with its line and
/// column: nothing is filled in.
///
/// ```
/// use training_replay::CsvOptions;
///
/// let table = "length,width,species\n5.1,3.5,setosa\n7.0,3.2,versicolor\n4.9,3.0,setosa\n";
/// let data = CsvOptions::label("species").read(table.as_bytes())?; // `open(path)` reads a file
/// assert_eq!((data.samples(), data.feature_names()), (3, &["length".into(), "width".into()][..]));
/// assert_eq!((data.class_names(), data.classes()?), (&["setosa".into(), "versicolor".into()][..], vec![0, 1, 0]));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CsvOptions {
    wanted: Wanted,
    features: Option<Vec<String>>,
    ignored: Vec<String>,
    classes: Option<Vec<String>>,
    delimiter: u8,
}

/// What is to be learned.
#[derive(Clone, Debug)]
enum Wanted {
    Label(String),
    Targets(Vec<String>),
}

impl CsvOptions {
    /// Takes the column of this name as labels: strings, or whole numbers if all of them are.
    ///
    /// The classes are in the order of [`Dataset::from_labels`], unless [`classes`](Self::classes) gives one.
    pub fn label(column: impl Into<String>) -> Self {
        Self::of(Wanted::Label(column.into()))
    }

    /// Takes the columns of these names as the targets of a regression, in this order.
    ///
    /// ```
    /// use training_replay::CsvOptions;
    ///
    /// let table = "rooms,price\n3,250000.5\n4,310000\n";
    /// let data = CsvOptions::targets(["price"]).read(table.as_bytes())?;
    /// assert_eq!((data.inputs().as_slice(), data.targets().numbers()?.as_slice()), (&[3.0, 4.0][..], &[250000.5, 310000.0][..]));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn targets<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self::of(Wanted::Targets(strings(columns)))
    }

    fn of(wanted: Wanted) -> Self {
        Self { wanted, features: None, ignored: Vec::new(), classes: None, delimiter: b',' }
    }

    /// Sets the columns that are features, in this order; without it all others are.
    #[must_use]
    pub fn features<S: Into<String>>(self, columns: impl IntoIterator<Item = S>) -> Self {
        Self { features: Some(strings(columns)), ..self }
    }

    /// Leaves columns out, such as a number of the line.
    ///
    /// ```
    /// use training_replay::CsvOptions;
    ///
    /// let table = "id,x,kind\na7,0.5,yes\nb3,0.7,no\n";
    /// let data = CsvOptions::label("kind").ignore(["id"]).read(table.as_bytes())?;
    /// assert_eq!(data.feature_names(), ["x"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn ignore<S: Into<String>>(self, columns: impl IntoIterator<Item = S>) -> Self {
        Self { ignored: strings(columns), ..self }
    }

    /// Sets the classes and their order, as labels name them, also those that do not appear: see
    /// [`Dataset::from_labels_with_classes`].
    #[must_use]
    pub fn classes<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self { classes: Some(strings(names)), ..self }
    }

    /// Sets what separates the fields of a line, a comma by default: `b';'`, `b'\t'`.
    #[must_use]
    pub fn delimiter(self, delimiter: u8) -> Self {
        Self { delimiter, ..self }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read, and as [`read`](Self::read).
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Dataset> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|source| Error::io(format!("opening {}", path.display()), source))?;
        self.read(file)
    }

    /// Reads what comes from elsewhere.
    ///
    /// ```
    /// use training_replay::CsvOptions;
    ///
    /// let table = "x1,x2,kind\n0.5,0.1,yes\n\n0.7,,no\n";
    /// let error = CsvOptions::label("kind").read(table.as_bytes()).unwrap_err();
    /// assert_eq!(error.to_string(), r#"line 4, column "x2" is ""; it must be a number"#);
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if reading fails; [`Error::Invalid`], with line and column, for a feature or target that is no finite
    /// number, a label that is missing, a line of another number of fields than the header, or text that is not UTF-8; for a
    /// column that the header does not name, or names twice; and as [`Dataset::from_labels`].
    pub fn read(&self, mut reader: impl Read) -> Result<Dataset> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(|source| Error::io("reading a table", source))?;
        let text = Text(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
        // Lines of another length are found here, for a message with their line.
        let mut reader = ReaderBuilder::new().delimiter(self.delimiter).flexible(true).from_reader(text.0);
        let failed = |error| text.failed(error);
        let header: Vec<String> = reader.headers().map_err(failed)?.iter().map(|name| name.trim().to_owned()).collect();
        let columns = self.columns(&header)?;
        let (mut table, mut record) = (Table::default(), StringRecord::new());
        while reader.read_record(&mut record).map_err(failed)? {
            let blank = record.len() == 1 && record[0].trim().is_empty();
            if !(blank && header.len() > 1) {
                table.take(&Line::new(&text, &record, &header)?, &columns)?;
            }
        }
        text.expect_closed_quotes(self.delimiter)?;
        let names = columns.features.iter().map(|&column| header[column].clone());
        let inputs = table.matrix(table.features.as_slice(), columns.features.len())?;
        let data = match &self.wanted {
            Wanted::Targets(_) => Dataset::new(inputs, table.matrix(table.targets.as_slice(), columns.targets.len())?)?,
            Wanted::Label(column) => self.labeled(inputs, column, &table.labels)?,
        };
        data.with_feature_names(names)
    }

    /// Which columns of the header are which.
    fn columns(&self, header: &[String]) -> Result<Columns> {
        if let Some(twice) = (0..header.len()).find(|&at| header[..at].contains(&header[at])) {
            let expected = "the only one of its name";
            return Err(Error::invalid(
                format!("column {twice} of the table"),
                expected,
                format!("{:?}", header[twice]),
            ));
        }
        let place = |name: &String| {
            let found = header.iter().position(|known| known == name);
            let expected = || format!("one of {header:?}");
            found.ok_or_else(|| Error::invalid("a column of the table", expected(), format!("{name:?}")))
        };
        let places = |names: &[String]| names.iter().map(place).collect::<Result<Vec<usize>>>();
        let (label, targets) = match &self.wanted {
            Wanted::Label(column) => (Some(place(column)?), Vec::new()),
            Wanted::Targets(columns) => (None, places(columns)?),
        };
        let ignored = places(&self.ignored)?;
        let others = |column: &usize| !targets.contains(column) && label != Some(*column) && !ignored.contains(column);
        let features = match &self.features {
            Some(names) => places(names)?,
            None => (0..header.len()).filter(others).collect(),
        };
        match features.iter().find(|&column| !others(column)) {
            Some(&twice) => {
                let found = format!("{:?}, which is something else", header[twice]);
                Err(Error::invalid("a feature of the table", "neither label, target nor ignored", found))
            }
            None => Ok(Columns { features, targets, label, listed: self.classes.is_some() }),
        }
    }

    fn labeled(&self, inputs: Matrix, column: &str, labels: &[String]) -> Result<Dataset> {
        if let Some(classes) = &self.classes {
            return Dataset::from_labels_with_classes(inputs, labels, classes);
        }
        match numbers(labels) {
            Some(numbers) if numbers.iter().all(|number| number.fract() == 0.0) => {
                // Labels that are written otherwise than the number, such as 007, are names; but 1.0 is how some write 1.
                let whole = |label: &String| {
                    let (digits, zeros) = label.split_once('.').unwrap_or((label, ""));
                    let number = digits.parse::<i64>().ok().filter(|number| number.to_string() == *digits);
                    number.filter(|_| zeros.bytes().all(|byte| byte == b'0'))
                };
                match labels.iter().map(whole).collect::<Option<Vec<i64>>>() {
                    Some(whole) => Dataset::from_labels(inputs, &whole),
                    None => Dataset::from_labels(inputs, labels),
                }
            }
            Some(_) => {
                let expected = "strings or whole numbers; for a regression see `CsvOptions::targets`";
                Err(Error::invalid(format!("the label column {column:?}"), expected, "numbers that are not whole"))
            }
            None => Dataset::from_labels(inputs, labels),
        }
    }
}

/// The labels as numbers, if all of them are.
fn numbers(labels: &[String]) -> Option<Vec<f64>> {
    labels.iter().map(|label| label.parse::<f64>().ok().filter(|number| number.is_finite())).collect()
}

fn strings<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

/// Which columns of the table are which.
struct Columns {
    features: Vec<usize>,
    targets: Vec<usize>,
    label: Option<usize>,
    /// Whether the classes are listed, whatever they are called.
    listed: bool,
}

/// What the lines below the header hold, line by line.
#[derive(Default)]
struct Table {
    rows: usize,
    features: Vec<f32>,
    targets: Vec<f32>,
    labels: Vec<String>,
}

impl Table {
    fn take(&mut self, line: &Line<'_>, columns: &Columns) -> Result<()> {
        for (places, values) in [(&columns.features, &mut self.features), (&columns.targets, &mut self.targets)] {
            for &column in places {
                values.push(line.number(column)?);
            }
        }
        if let Some(column) = columns.label {
            self.labels.push(line.label(column, columns.listed)?.to_owned());
        }
        self.rows += 1;
        Ok(())
    }

    fn matrix(&self, values: &[f32], columns: usize) -> Result<Matrix> {
        if self.rows == 0 {
            return Err(Error::invalid("the number of lines below the header", "1 or more", 0));
        }
        matrix::expect_room(self.rows, columns)?;
        Ok(matrix::from_row_major(self.rows, columns, values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(options: &CsvOptions, table: &str) -> String {
        options.read(table.as_bytes()).unwrap_err().to_string()
    }

    fn kind() -> CsvOptions {
        CsvOptions::label("kind")
    }

    #[test]
    fn a_quote_that_is_not_closed_takes_no_lines_with_it() {
        for table in ["x,kind\n1,a\n2,\"b\n3,a\n", "x,kind\n1,\"a\n2,b\n3,\"a\n", "x,kind\n1,\"a\" b\n"] {
            let found = message(&kind(), table);
            assert!(found.starts_with("a quote in line ") && found.contains("of the table is open"), "{found}");
        }
        assert!(kind().read("x,kind\n1,5\" pipe\n2,\"a, b\"\n".as_bytes()).is_ok(), "one within a field is a letter");
    }

    #[test]
    fn labels_that_are_written_otherwise_are_other_labels() {
        let data = kind().read("x,kind\n1,007\n2,7\n3,7\n".as_bytes()).unwrap();
        assert_eq!(data.class_names(), ["007", "7"]);
    }

    #[test]
    fn quotes_marks_blank_lines_and_other_delimiters_are_read() {
        let table =
            "\u{feff}\"x, in m\",kind, y \r\n\"1.5\",\"a \"\"b\"\", c\",-2e-3\r\n\r\n   \r\n 2 ,\"two\nlines\",+4\r\n";
        let data = kind().read(table.as_bytes()).unwrap();
        assert_eq!(data.feature_names(), ["x, in m", "y"]);
        assert_eq!(data.class_names(), ["a \"b\", c", "two\nlines"]);
        assert_eq!(crate::to_row_major(data.inputs()), [1.5, -0.002, 2.0, 4.0]);
        let tabs =
            table.replace('\u{feff}', "").replace("x, in m", "x").replace("\"\"b\"\", c", "b").replace(',', "\t");
        let options = kind().delimiter(b'\t').features(["y", "x"]);
        assert_eq!(options.read(tabs.as_bytes()).unwrap().feature_names(), ["y", "x"]);
    }

    #[test]
    fn labels_that_are_whole_numbers_are_in_the_order_of_their_values() {
        let classes = |labels: [&str; 3]| {
            let table = format!("x,kind\n1,{}\n2,{}\n3,{}\n", labels[0], labels[1], labels[2]);
            kind().read(table.as_bytes()).map(|data| data.class_names().join(" "))
        };
        assert_eq!(classes(["10", "9", "-1"]).unwrap(), "-1 9 10");
        assert_eq!(classes(["1.0", "0.0", "1"]).unwrap(), "0 1", "as pandas writes them where one was missing");
        assert_eq!(classes(["10", "9", "b"]).unwrap(), "10 9 b");
        assert_eq!(classes(["90000000000000001", "90000000000000000", "1"]).unwrap().split(' ').count(), 3);
        assert!(classes(["0.5", "1", "2"]).unwrap_err().to_string().contains("see `CsvOptions::targets`"));
        let given = kind().classes(["small", "large"]).read("x,kind\n1,large\n2,large\n".as_bytes()).unwrap();
        assert_eq!(
            (given.classes().unwrap(), given.class_names()),
            (vec![1, 1], &["small".into(), "large".into()][..])
        );
    }

    #[test]
    fn what_is_missing_or_no_number_is_named_by_line_and_column() {
        for (value, found) in
            [("", "\"\""), ("NA", "\"NA\""), ("nan", "\"nan\""), ("inf", "\"inf\""), ("1 000", "\"1 000\"")]
        {
            for line_end in ["\n", "\r\n"] {
                let table = format!("\u{feff}x,y,kind\n1,2,\"a\nb\"\n\n3,{value},b\n").replace('\n', line_end);
                assert_eq!(message(&kind(), &table), format!("line 5, column \"y\" is {found}; it must be a number"));
            }
        }
        assert!(message(&kind(), "x,kind\n1e39,a\n").starts_with("line 2, column \"x\" is 1e39; it must be within"));
        assert_eq!(
            message(&kind(), "x,kind\n1,a\n2, \n"),
            "line 3, column \"kind\" is \"\"; it must be a label; one of this name is listed by `CsvOptions::classes`"
        );
        assert!(message(&kind(), "x,kind\n1,a\n2,NA\n").contains("line 3"), "as in a column of numbers");
        let listed = kind().classes(["NA", "ZA"]).read("x,kind\n1,NA\n2,ZA\n".as_bytes()).unwrap();
        assert_eq!(listed.classes().unwrap(), [0, 1]);
        let short = "the number of fields in line 3 is 1; it must be 2, as in the header";
        assert_eq!(
            message(&kind(), "x,kind\n\"1\n2\",a\n").split(';').next(),
            Some("line 2, column \"x\" is \"1\\n2\"")
        );
        assert_eq!(message(&kind(), "x,kind\n1,a\n2\n"), short);
        assert!(message(&kind(), "x,kind\n1,a,\n2,b\n").contains("line 2 is 3"));
        let bytes = kind().read(&b"x,kind\n1,a\n2,\xff\n"[..]).unwrap_err().to_string();
        assert_eq!(bytes, "line 3 of the table is other bytes; it must be UTF-8 text");
    }

    #[test]
    fn columns_that_are_not_there_or_twice_are_refused_by_name() {
        let one_of = "a column of the table is \"kinds\"; it must be one of [\"x\", \"kind\"]";
        assert_eq!(message(&CsvOptions::label("kinds"), "x,kind\n1,a\n"), one_of);
        assert!(message(&kind(), "x,x,kind\n1,2,a\n").contains("column 1 of the table is \"x\""));
        assert!(message(&kind().features(["kind"]), "x,kind\n1,a\n").contains("\"kind\", which is something else"));
        assert!(message(&kind().features(["x", "x"]), "x,kind\n1,a\n2,b\n").contains("the name of feature 1 is \"x\""));
        assert!(message(&kind(), "").contains("it must be one of []"));
        assert_eq!(message(&kind(), "x,kind\n\n"), "the number of lines below the header is 0; it must be 1 or more");
        assert!(message(&kind(), "kind\na\nb\n").contains("inputs is empty"));
        assert!(message(&CsvOptions::targets::<String>([]), "x\n1\n").contains("targets is empty"));
    }

    #[test]
    fn a_file_that_is_not_there_is_an_error_with_its_path() {
        let error = kind().open("no such folder/iris.csv").unwrap_err();
        assert!(error.to_string().starts_with("opening no such folder/iris.csv: "), "{error}");
    }
}
