//! Tables as Parquet: the same rows and columns as in CSV, times as UTC timestamps.
//!
//! Nothing in the file tells when, where or by which version it was written.

use std::sync::Arc;

use ::parquet::basic::{LogicalType, Repetition, Type as Physical};
use ::parquet::column::writer::ColumnWriterImpl;
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;
use ::parquet::schema::types::{Type, TypePtr};

use super::table::{Part, Row};
use crate::experiment::sweep::Swept;
use crate::report::sweep;
use crate::scenario::Scenario;

/// So many rows share a group.
const ROWS_PER_GROUP: usize = 1 << 20;

const SCHEMA: &str = "message series {
    REQUIRED BYTE_ARRAY scenario (UTF8);
    REQUIRED INT64 time (TIMESTAMP(MICROS, true));
    REQUIRED BYTE_ARRAY station (UTF8);
    REQUIRED BYTE_ARRAY class (UTF8);
    REQUIRED BYTE_ARRAY measure (UTF8);
    REQUIRED BYTE_ARRAY unit (UTF8);
    REQUIRED DOUBLE value;
}";

type Group<'a, 'b> = SerializedRowGroupWriter<'a, &'b mut Vec<u8>>;

/// The table of several replays as a Parquet file.
///
/// # Errors
///
/// Fails if the library cannot write the rows.
pub fn bytes(parts: &[Part]) -> Result<Vec<u8>, ParquetError> {
    let rows: Vec<Row> = parts.iter().flat_map(Part::rows).collect();
    written(Arc::new(parse_message_type(SCHEMA)?), &rows, |group, rows| {
        texts(group, rows, |row| row.scenario)?;
        column::<Int64Type, _>(group, rows, |row| row.micros)?;
        texts(group, rows, |row| row.station)?;
        texts(group, rows, |row| row.class)?;
        texts(group, rows, |row| row.measure)?;
        texts(group, rows, |row| row.unit)?;
        column::<DoubleType, _>(group, rows, |row| row.value)
    })
}

/// The table of a sweep as a Parquet file: the rows of its CSV.
///
/// # Errors
///
/// Fails if the library cannot write the rows.
pub fn swept(swept: &Swept, baseline: &Scenario) -> Result<Vec<u8>, ParquetError> {
    let names = sweep::columns(swept);
    let axes = swept.sweep.paths.len();
    let column_of = |(place, name): (usize, &&str)| {
        let (kind, annotation) = match place {
            _ if place == 0 || place == axes + 1 => (Physical::INT64, None),
            _ if place + 1 == names.len() => (Physical::DOUBLE, None),
            _ => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let is_value = place + 1 == names.len();
        let repetition = if is_value { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let column = Type::primitive_type_builder(name, kind).with_repetition(repetition);
        column.with_logical_type(annotation).build().map(Arc::new)
    };
    let columns = names.iter().enumerate().map(column_of).collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("sweep").with_fields(columns).build()?;
    let rows: Vec<sweep::Row> = sweep::rows(swept, baseline).collect();
    written(Arc::new(schema), &rows, |group, rows| {
        column::<Int64Type, _>(group, rows, |row| i64::try_from(row.point).unwrap_or(i64::MAX))?;
        for axis in 0..axes {
            texts(group, rows, |row| row.values[axis].as_str())?;
        }
        column::<Int64Type, _>(group, rows, |row| row.seed.cast_signed())?;
        texts(group, rows, |row| row.status)?;
        texts(group, rows, |row| row.metric)?;
        texts(group, rows, |row| row.unit)?;
        let values: Vec<f64> = rows.iter().filter_map(|row| row.value).collect();
        let is_there: Vec<i16> = rows.iter().map(|row| i16::from(row.value.is_some())).collect();
        write_column::<DoubleType>(group, &values, Some(&is_there))
    })
}

/// Writes rows in groups, each by its columns.
fn written<R>(
    schema: TypePtr,
    rows: &[R],
    write: impl Fn(&mut Group, &[R]) -> Result<(), ParquetError>,
) -> Result<Vec<u8>, ParquetError> {
    let mut bytes = Vec::new();
    let properties = WriterProperties::builder().set_created_by("hindsight".to_owned()).build();
    let mut file = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties))?;
    for rows in rows.chunks(ROWS_PER_GROUP) {
        let mut group = file.next_row_group()?;
        write(&mut group, rows)?;
        group.close()?;
    }
    file.close()?;
    Ok(bytes)
}

fn texts<R>(group: &mut Group, rows: &[R], text: impl Fn(&R) -> &str) -> Result<(), ParquetError> {
    column::<ByteArrayType, R>(group, rows, |row| ByteArray::from(text(row)))
}

fn column<T: DataType, R>(
    group: &mut Group,
    rows: &[R],
    value: impl Fn(&R) -> T::T,
) -> Result<(), ParquetError> {
    let values: Vec<T::T> = rows.iter().map(value).collect();
    write_column::<T>(group, &values, None)
}

/// Writes the values of a column; where some rows have none, `is_there` says of each row whether it has one.
fn write_column<T: DataType>(
    group: &mut Group,
    values: &[T::T],
    is_there: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let mut column = group
        .next_column()?
        .ok_or_else(|| ParquetError::General("the schema has a column for each field".into()))?;
    let writer: &mut ColumnWriterImpl<T> = column.typed::<T>();
    writer.write_batch(values, is_there, None)?;
    column.close()
}
